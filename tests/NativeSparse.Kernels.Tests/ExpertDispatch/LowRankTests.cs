using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceLowRankTests() : LowRankContract(Versions.Reference());

public sealed class Vector128LowRankTests() : LowRankContract(Versions.Vector128());

public sealed class Vector256LowRankTests() : LowRankContract(Versions.Vector256());

public sealed class Vector512LowRankTests() : LowRankContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClLowRankTests() : LowRankContract(TestDevices.OpenCl());
