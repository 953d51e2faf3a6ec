using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The order in which every product on a device sums: inputs are cut into at most 64 runs of a whole number of 16 inputs, each summed by
/// ascending input, and the runs are added in order. A row's result then depends on nothing but the row.
/// </summary>
internal static class TileSums
{
    /// <summary>Most runs of a row.</summary>
    public const int Runs = 64;

    /// <summary>Inputs of a step of a tile.</summary>
    public const int Step = 16;

    /// <summary>Inputs of a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RunLength(int inputs) => ((((inputs + Runs - 1) / Runs) + Step - 1) / Step) * Step;
}
