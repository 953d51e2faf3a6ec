using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceTopKRoutingTests() : TopKRoutingContract(Versions.Reference());

public sealed class Vector128TopKRoutingTests() : TopKRoutingContract(Versions.Vector128());

public sealed class Vector256TopKRoutingTests() : TopKRoutingContract(Versions.Vector256());

public sealed class Vector512TopKRoutingTests() : TopKRoutingContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClTopKRoutingTests() : TopKRoutingContract(TestDevices.OpenCl());
