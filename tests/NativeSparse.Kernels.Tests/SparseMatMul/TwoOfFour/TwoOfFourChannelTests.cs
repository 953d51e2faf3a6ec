using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceTwoOfFourChannelTests() : TwoOfFourChannelContract(Versions.Reference());

public sealed class Vector128TwoOfFourChannelTests() : TwoOfFourChannelContract(Versions.Vector128());

public sealed class Vector256TwoOfFourChannelTests() : TwoOfFourChannelContract(Versions.Vector256());

public sealed class Vector512TwoOfFourChannelTests() : TwoOfFourChannelContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClTwoOfFourChannelTests() : TwoOfFourChannelContract(TestDevices.OpenCl());
