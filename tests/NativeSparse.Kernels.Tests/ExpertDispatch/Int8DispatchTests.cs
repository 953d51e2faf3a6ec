using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceInt8DispatchTests() : Int8DispatchContract(Versions.Reference());

public sealed class Vector128Int8DispatchTests() : Int8DispatchContract(Versions.Vector128());

public sealed class Vector256Int8DispatchTests() : Int8DispatchContract(Versions.Vector256());

public sealed class Vector512Int8DispatchTests() : Int8DispatchContract(Versions.Vector512());

public sealed class AvxVnniInt8DispatchTests() : Int8DispatchContract(Versions.AvxVnni());

public sealed class DotProductInt8DispatchTests() : Int8DispatchContract(Versions.DotProduct());

public sealed class Avx512VnniInt8DispatchTests() : Int8DispatchContract(Versions.Avx512Vnni());

public sealed class AmxInt8DispatchTests() : Int8DispatchContract(Versions.AmxInt8());

[Trait("Needs", "Device")]
public sealed class OpenClInt8DispatchTests() : Int8DispatchContract(TestDevices.OpenCl());
