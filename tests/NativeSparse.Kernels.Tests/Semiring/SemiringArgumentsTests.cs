using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSemiringArgumentsTests() : SemiringArgumentsContract(Versions.Reference());

public sealed class Vector128SemiringArgumentsTests() : SemiringArgumentsContract(Versions.Vector128());

public sealed class Vector256SemiringArgumentsTests() : SemiringArgumentsContract(Versions.Vector256());

public sealed class Vector512SemiringArgumentsTests() : SemiringArgumentsContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClSemiringArgumentsTests() : SemiringArgumentsContract(TestDevices.OpenCl());
