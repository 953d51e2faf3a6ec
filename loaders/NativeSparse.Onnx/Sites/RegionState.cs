namespace NativeSparse.Onnx;

/// <summary>What is known of a region while it is read.</summary>
internal sealed class RegionState
{
    private readonly List<Leaf> _variables = [];

    /// <summary>The values of the region and the outputs of its linears.</summary>
    internal Dictionary<GraphValue, RegionValue> Values { get; } = [];

    /// <summary>What goes into the activation: one (plain) or two (gated).</summary>
    internal IReadOnlyList<Leaf> Variables => _variables;

    /// <summary>The constants of one element in the region.</summary>
    internal Dictionary<GraphValue, double> Scalars { get; } = [];

    /// <summary>Whether constants of 16 bits take part.</summary>
    internal bool Half { get; set; }

    /// <summary>Whether quantize/dequantize pairs are looked through.</summary>
    internal bool Quantized { get; set; }

    /// <summary>Why it is no network; null when nothing is wrong.</summary>
    internal string? Reason { get; set; }

    /// <summary>Notes that a linear, with what was added to it, goes into the activation.</summary>
    internal void AddVariable(Leaf leaf)
    {
        if (!_variables.Exists(variable => variable.Matches(leaf)))
        {
            _variables.Add(leaf);
        }
    }
}
