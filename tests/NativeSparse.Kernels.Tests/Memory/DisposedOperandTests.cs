using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ReferenceDisposedOperandTests() : DisposedOperandContract(Versions.Reference());

public sealed class Vector128DisposedOperandTests() : DisposedOperandContract(Versions.Vector128());

public sealed class Vector256DisposedOperandTests() : DisposedOperandContract(Versions.Vector256());

public sealed class Vector512DisposedOperandTests() : DisposedOperandContract(Versions.Vector512());

public sealed class AvxVnniDisposedOperandTests() : DisposedOperandContract(Versions.AvxVnni());

public sealed class DotProductDisposedOperandTests() : DisposedOperandContract(Versions.DotProduct());

public sealed class Avx512VnniDisposedOperandTests() : DisposedOperandContract(Versions.Avx512Vnni());

public sealed class AmxInt8DisposedOperandTests() : DisposedOperandContract(Versions.AmxInt8());

[Trait("Needs", "Device")]
public sealed class OpenClDisposedOperandTests() : DisposedOperandContract(TestDevices.OpenCl());
