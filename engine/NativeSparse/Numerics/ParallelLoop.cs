using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>Loops of the conversion mathematics on a work splitter. Results never depend on how many threads it has.</summary>
internal static unsafe class ParallelLoop
{
    /// <summary>Runs <c>body(i)</c> for i in 0..count.</summary>
    public static void For(this WorkSplitter splitter, int count, Action<int> body) => splitter.Run(count, &Invoke, ref body);

    /// <summary>Runs <c>body(start, end)</c> for consecutive ranges of at most <paramref name="size"/> indices that cover 0..count.</summary>
    public static void ForRanges(this WorkSplitter splitter, int count, int size, Action<int, int> body) =>
        splitter.For((count + size - 1) / size, range => body(range * size, Math.Min(count, (range + 1) * size)));

    private static void Invoke(ref Action<int> body, int index) => body(index);
}
