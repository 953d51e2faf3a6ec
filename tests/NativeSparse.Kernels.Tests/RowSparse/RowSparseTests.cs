using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceRowSparseTests() : RowSparseContract(Versions.Reference(), Precision.Float32);

public sealed class Vector128RowSparseTests() : RowSparseContract(Versions.Vector128(), Precision.Float32);

public sealed class Vector256RowSparseTests() : RowSparseContract(Versions.Vector256(), Precision.Float32);

public sealed class Vector512RowSparseTests() : RowSparseContract(Versions.Vector512(), Precision.Float32);

public sealed class ReferenceInt8RowSparseTests() : RowSparseContract(Versions.Reference(), Precision.Int8);

public sealed class Vector128Int8RowSparseTests() : RowSparseContract(Versions.Vector128(), Precision.Int8);

public sealed class Vector256Int8RowSparseTests() : RowSparseContract(Versions.Vector256(), Precision.Int8);

public sealed class Vector512Int8RowSparseTests() : RowSparseContract(Versions.Vector512(), Precision.Int8);

public sealed class AvxVnniInt8RowSparseTests() : RowSparseContract(Versions.AvxVnni(), Precision.Int8);

public sealed class DotProductInt8RowSparseTests() : RowSparseContract(Versions.DotProduct(), Precision.Int8);

public sealed class Avx512VnniInt8RowSparseTests() : RowSparseContract(Versions.Avx512Vnni(), Precision.Int8);

[Trait("Needs", "Device")]
public sealed class OpenClRowSparseTests() : RowSparseContract(TestDevices.OpenCl(), Precision.Float32);

[Trait("Needs", "Device")]
public sealed class OpenClInt8RowSparseTests() : RowSparseContract(TestDevices.OpenCl(), Precision.Int8);
