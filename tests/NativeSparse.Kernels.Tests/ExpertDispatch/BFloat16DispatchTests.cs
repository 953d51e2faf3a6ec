using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceBFloat16DispatchTests() : BFloat16DispatchContract(Versions.Reference());

public sealed class Vector128BFloat16DispatchTests() : BFloat16DispatchContract(Versions.Vector128());

public sealed class Vector256BFloat16DispatchTests() : BFloat16DispatchContract(Versions.Vector256());

public sealed class Vector512BFloat16DispatchTests() : BFloat16DispatchContract(Versions.Vector512());

[Trait("Needs", "Device")]
public sealed class OpenClBFloat16DispatchTests() : BFloat16DispatchContract(TestDevices.OpenCl());
