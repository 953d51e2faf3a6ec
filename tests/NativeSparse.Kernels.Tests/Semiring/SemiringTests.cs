using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSemiringTests() : SemiringContract(Versions.Reference());

public sealed class Vector128SemiringTests() : SemiringContract(Versions.Vector128());

public sealed class Vector256SemiringTests() : SemiringContract(Versions.Vector256());

public sealed class Vector512SemiringTests() : SemiringContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClSemiringTests() : SemiringContract(TestDevices.OpenCl());
