using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceRowSparseExtremesTests() : RowSparseExtremesContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceInt8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8RowSparseExtremesTests() : RowSparseExtremesContract(Versions.Avx512Vnni(), Precision.Int8);

[Trait("Needs", "Device")]
public sealed class OpenClRowSparseExtremesTests() : RowSparseExtremesContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClInt8RowSparseExtremesTests() : RowSparseExtremesContract(TestDevices.OpenCl(), Precision.Int8);
