using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceBlockDiagonalTests() : BlockDiagonalContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceBFloat16BlockDiagonalTests() : BlockDiagonalContract(Versions.Reference(), Precision.BFloat16);

public sealed class Vector128BFloat16BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector128(), Precision.BFloat16);

public sealed class Vector256BFloat16BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector256(), Precision.BFloat16);

public sealed class Vector512BFloat16BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector512(), Precision.BFloat16);

public sealed class ReferenceInt8BlockDiagonalTests() : BlockDiagonalContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8BlockDiagonalTests() : BlockDiagonalContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8BlockDiagonalTests() : BlockDiagonalContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8BlockDiagonalTests() : BlockDiagonalContract(Versions.Avx512Vnni(), Precision.Int8);

public sealed class AmxInt8BlockDiagonalTests() : BlockDiagonalContract(Versions.AmxInt8(), Precision.Int8);

public sealed class ReferenceInt4BlockDiagonalTests() : BlockDiagonalContract(Versions.Reference(), Precision.Int4);

public sealed class Vector128Int4BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector128(), Precision.Int4);

public sealed class Vector256Int4BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector256(), Precision.Int4);

public sealed class Vector512Int4BlockDiagonalTests() : BlockDiagonalContract(Versions.Vector512(), Precision.Int4);

public sealed class AvxVnniInt4BlockDiagonalTests() : BlockDiagonalContract(Versions.AvxVnni(), Precision.Int4);

public sealed class DotProductInt4BlockDiagonalTests() : BlockDiagonalContract(Versions.DotProduct(), Precision.Int4);

public sealed class Avx512VnniInt4BlockDiagonalTests() : BlockDiagonalContract(Versions.Avx512Vnni(), Precision.Int4);

public sealed class AmxInt4BlockDiagonalTests() : BlockDiagonalContract(Versions.AmxInt8(), Precision.Int4);

[Trait("Needs", "Device")]
public sealed class OpenClBlockDiagonalTests() : BlockDiagonalContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClBFloat16BlockDiagonalTests() : BlockDiagonalContract(TestDevices.OpenCl(), Precision.BFloat16);

[Trait("Needs", "Device")]
public sealed class OpenClInt8BlockDiagonalTests() : BlockDiagonalContract(TestDevices.OpenCl(), Precision.Int8);
