using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceBlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceBFloat16BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Reference(), Precision.BFloat16);

public sealed class Vector128BFloat16BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector128(), Precision.BFloat16);

public sealed class Vector256BFloat16BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector256(), Precision.BFloat16);

public sealed class Vector512BFloat16BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector512(), Precision.BFloat16);

public sealed class ReferenceInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Avx512Vnni(), Precision.Int8);

public sealed class AmxInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.AmxInt8(), Precision.Int8);

public sealed class ReferenceInt4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Reference(), Precision.Int4);

public sealed class Vector128Int4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector128(), Precision.Int4);

public sealed class Vector256Int4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector256(), Precision.Int4);

public sealed class Vector512Int4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Vector512(), Precision.Int4);

public sealed class AvxVnniInt4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.AvxVnni(), Precision.Int4);

public sealed class DotProductInt4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.DotProduct(), Precision.Int4);

public sealed class Avx512VnniInt4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.Avx512Vnni(), Precision.Int4);

public sealed class AmxInt4BlockDiagonalPairTests() : BlockDiagonalPairContract(Versions.AmxInt8(), Precision.Int4);

[Trait("Needs", "Device")]
public sealed class OpenClBlockDiagonalPairTests() : BlockDiagonalPairContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClBFloat16BlockDiagonalPairTests() : BlockDiagonalPairContract(TestDevices.OpenCl(), Precision.BFloat16);

[Trait("Needs", "Device")]
public sealed class OpenClInt8BlockDiagonalPairTests() : BlockDiagonalPairContract(TestDevices.OpenCl(), Precision.Int8);
