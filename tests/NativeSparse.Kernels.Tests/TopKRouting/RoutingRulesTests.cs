using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceRoutingRulesTests() : RoutingRulesContract(Versions.Reference());

public sealed class Vector128RoutingRulesTests() : RoutingRulesContract(Versions.Vector128());

public sealed class Vector256RoutingRulesTests() : RoutingRulesContract(Versions.Vector256());

public sealed class Vector512RoutingRulesTests() : RoutingRulesContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClRoutingRulesTests() : RoutingRulesContract(TestDevices.OpenCl());
