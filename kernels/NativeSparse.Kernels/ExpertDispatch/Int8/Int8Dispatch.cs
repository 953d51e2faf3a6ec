namespace NativeSparse.Kernels;

/// <summary>Expert dispatch over one int8 tile. Thread-safe.</summary>
internal abstract class Int8Dispatch(Int8Tile tile)
{
    public Int8Tile Tile { get; } = tile;

    public PackedExperts Pack(QuantizedExpertWeights weights) => new Int8PanelExperts(weights, Tile);

    /// <summary>Adds the experts' outputs to y; arguments are checked.</summary>
    public abstract void Run(in Execution execution, View x, in Routing routing, Int8Experts experts, float scale, View y);
}
