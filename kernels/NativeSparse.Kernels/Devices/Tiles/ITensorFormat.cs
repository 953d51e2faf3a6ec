using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// How tensor cores hold inputs and weights: words of neighbouring inputs, of a row or of a column. Sums are registers that the assembly text
/// declares and ILGPU does not know of: operands of a block that are written would lie in local memory.
/// </summary>
/// <typeparam name="TInput">An element of the inputs' memory.</typeparam>
/// <typeparam name="TWeight">Four neighbouring weights of one input.</typeparam>
internal interface ITensorFormat<TInput, TWeight>
    where TInput : unmanaged
    where TWeight : unmanaged
{
    /// <summary>Inputs in a word.</summary>
    static abstract int WordInputs { get; }

    /// <summary>Declares a thread's 32 sums, as 0: once in a kernel, before anything else.</summary>
    static abstract void Clear();

    /// <summary>The inputs k and on of the row that begins at <paramref name="row"/>, as many as four words hold, as they lie in memory; any beyond the last.</summary>
    static abstract QuadPair LoadInputs<TAccess>(ArrayView<TInput> inputs, long row, int k, int count)
        where TAccess : unmanaged, ITileAccess;

    /// <summary>The weights of four columns for the inputs k and on, as many as two words hold, as they lie in memory; any beyond the last.</summary>
    static abstract QuadPair LoadWeights(ArrayView<TWeight> weights, int start, int stride, int k, int count);

    /// <summary>Loaded inputs with 0 beyond the last.</summary>
    static abstract QuadPair EndInputs(QuadPair loaded, int k, int count);

    /// <summary>Loaded weights with 0 beyond the last input.</summary>
    static abstract QuadPair EndWeights(QuadPair loaded, int k, int count);

    /// <summary>Four words of a row to a place in shared memory, in bytes.</summary>
    static abstract void StoreInputs(int place, QuadPair loaded);

    /// <summary>Two words of each of four columns, which lie <see cref="TensorTile.ColumnBytes"/> apart.</summary>
    static abstract void StoreWeights(int place, QuadPair loaded);

    /// <summary>Adds the products of a step to a warp's sums; what a lane loads begins at these places.</summary>
    static abstract void Multiply(int inputs, int weights);

    /// <summary>A thread's sums to shared memory.</summary>
    static abstract void StoreSums(int place);
}
