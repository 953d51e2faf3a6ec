using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceTwoOfFourTests() : TwoOfFourContract(Versions.Reference());

public sealed class Vector128TwoOfFourTests() : TwoOfFourContract(Versions.Vector128());

public sealed class Vector256TwoOfFourTests() : TwoOfFourContract(Versions.Vector256());

public sealed class Vector512TwoOfFourTests() : TwoOfFourContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClTwoOfFourTests() : TwoOfFourContract(TestDevices.OpenCl());
