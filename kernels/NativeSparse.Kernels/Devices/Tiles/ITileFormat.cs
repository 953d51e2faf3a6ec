using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// How a device's products hold inputs and weights. Both are multiplied and summed as float32. What is loaded is widened later, as touching it
/// would wait for it.
/// </summary>
/// <typeparam name="TInput">An element of the inputs' memory.</typeparam>
/// <typeparam name="TWeight">Four neighbouring weights.</typeparam>
internal interface ITileFormat<TInput, TWeight>
    where TInput : unmanaged
    where TWeight : unmanaged
{
    /// <summary>Whether sums are whole numbers: runs of 512 products are exact in float32, totals are kept as int32 bits.</summary>
    static abstract bool IsInteger { get; }

    /// <summary>Whether inputs lie in memory as float32 and are rounded to u8 when they are widened.</summary>
    static abstract bool IsRounding { get; }

    /// <summary>Adds a run of sums to a total.</summary>
    static abstract float Total(float total, float part);

    /// <summary>The inputs k to k + 3 of the row that begins at <paramref name="row"/>, as they lie in memory; k is a multiple of 4.</summary>
    static abstract Quad LoadAligned(ArrayView<TInput> inputs, long row, int k);

    /// <summary>The same of any row, 0 beyond its end.</summary>
    static abstract Quad LoadAny(ArrayView<TInput> inputs, long row, int k, int count);

    /// <summary>Loaded inputs as float32.</summary>
    /// <param name="loaded">As they lie in memory.</param>
    /// <param name="row">What the row is rounded by, where it is.</param>
    static abstract Quad WidenInputs(Quad loaded, RoundedRow row);

    /// <summary>Four weights as they lie in memory.</summary>
    static abstract Quad LoadWeights(ArrayView<TWeight> weights, long index);

    /// <summary>Loaded weights as float32.</summary>
    static abstract Quad WidenWeights(Quad loaded);
}
