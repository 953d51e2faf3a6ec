namespace NativeSparse.Kernels;

/// <summary>Expert dispatch over one int4 tile. Thread-safe.</summary>
internal abstract class Int4Dispatch(Int4Tile tile)
{
    public Int4Tile Tile { get; } = tile;

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales) => new Int4Experts(weights, hasGroupScales, Tile);

    /// <summary>Adds the experts' outputs to y; arguments are checked.</summary>
    public abstract void Run(in Execution execution, View x, in Routing routing, Int4Experts experts, float scale, View y);
}
