using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceInt8MatMulTests() : Int8MatMulContract(Versions.Reference());

public sealed class Vector128Int8MatMulTests() : Int8MatMulContract(Versions.Vector128());

public sealed class Vector256Int8MatMulTests() : Int8MatMulContract(Versions.Vector256());

public sealed class Vector512Int8MatMulTests() : Int8MatMulContract(Versions.Vector512());

public sealed class AvxVnniInt8MatMulTests() : Int8MatMulContract(Versions.AvxVnni());

public sealed class DotProductInt8MatMulTests() : Int8MatMulContract(Versions.DotProduct());

public sealed class AmxInt8MatMulTests() : Int8MatMulContract(Versions.AmxInt8());

public sealed class Avx512VnniInt8MatMulTests() : Int8MatMulContract(Versions.Avx512Vnni());

[Trait("Needs", "Device")]
public sealed class OpenClInt8MatMulTests() : Int8MatMulContract(TestDevices.OpenCl());
