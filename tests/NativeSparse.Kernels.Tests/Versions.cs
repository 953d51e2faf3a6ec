namespace NativeSparse.Kernels.Tests;

/// <summary>Every version, built directly: .NET computes registers and instructions that this processor lacks with others.</summary>
internal static class Versions
{
    public static Backend Reference() => new ReferenceBackend();

    public static Backend Vector128() => CpuBackend.CreateVector128();

    public static Backend Vector256() => CpuBackend.CreateVector256();

    public static Backend Vector512() => CpuBackend.CreateVector512();

    public static Backend AvxVnni() => CpuBackend.CreateAvxVnni();

    public static Backend DotProduct() => CpuBackend.CreateDotProduct();

    /// <summary>The assembled tiles, or the arithmetic that specifies them where this processor cannot run them.</summary>
    public static unsafe Backend Avx512Vnni() => AssembledKernels.Obstacle is null
        ? CpuBackend.CreateAvx512Vnni()
        : CpuBackend.CreateAvx512Vnni(tile => arguments => TileReference.Run(tile, arguments));

    /// <summary>The tile unit, or the arithmetic that specifies its kernels where this processor has none.</summary>
    public static unsafe Backend AmxInt8() => (AssembledKernels.Obstacle ?? AmxKernels.Obstacle) is null
        ? CpuBackend.CreateAmxInt8()
        : CpuBackend.CreateAmxInt8(tile => arguments => TileReference.Run(tile, arguments), new PlainAmxKernels());

    private sealed unsafe class PlainAmxKernels : IAmxKernels
    {
        public void Run(AmxArguments* arguments, AmxFinish finish) => AmxReference.Run(arguments, finish);

        public void Run(AmxInt4Arguments* arguments, AmxInt4Form form) => AmxInt4Reference.Run(arguments, form);
    }
}
