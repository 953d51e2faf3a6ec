using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSemiringNodesTests() : SemiringNodesContract(Versions.Reference());

public sealed class Vector128SemiringNodesTests() : SemiringNodesContract(Versions.Vector128());

public sealed class Vector256SemiringNodesTests() : SemiringNodesContract(Versions.Vector256());

public sealed class Vector512SemiringNodesTests() : SemiringNodesContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClSemiringNodesTests() : SemiringNodesContract(TestDevices.OpenCl());
