using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceSharedRowsTests() : SharedRowsContract(Versions.Reference());

public sealed class Vector128SharedRowsTests() : SharedRowsContract(Versions.Vector128());

public sealed class Vector256SharedRowsTests() : SharedRowsContract(Versions.Vector256());

public sealed class Vector512SharedRowsTests() : SharedRowsContract(Versions.Vector512());

public sealed class AvxVnniSharedRowsTests() : SharedRowsContract(Versions.AvxVnni());

public sealed class DotProductSharedRowsTests() : SharedRowsContract(Versions.DotProduct());

public sealed class Avx512VnniSharedRowsTests() : SharedRowsContract(Versions.Avx512Vnni());

public sealed class AmxInt8SharedRowsTests() : SharedRowsContract(Versions.AmxInt8());

[Trait("Needs", "Device")]
public sealed class OpenClSharedRowsTests() : SharedRowsContract(TestDevices.OpenCl());
