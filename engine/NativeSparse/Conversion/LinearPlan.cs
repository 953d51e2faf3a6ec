namespace NativeSparse.Conversion;

/// <summary>What happens to the linears outside the feed-forward networks. Immutable.</summary>
public sealed record LinearPlan
{
    /// <summary>How their matrices are held: <c>float32</c>, <c>int8</c>, <c>int4</c>, <c>bfloat16</c>.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public required string Precision
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Precision));
    }

    /// <summary>Names of linears that stay in ONNX Runtime; a trailing <c>*</c> matches any end.</summary>
    /// <exception cref="ArgumentException">Set to null, or to a list that holds null.</exception>
    public IReadOnlyList<string> Except
    {
        get;
        init => field = Argument.Elements(value, nameof(Except));
    } = [];

    /// <summary>Whether a linear stays in ONNX Runtime.</summary>
    public bool Excepts(string linear) => Except.Any(name => SitePlan.Matches(name, linear));

    /// <summary>Checks that every exception has its linear.</summary>
    /// <exception cref="ConversionException">A linear is not there; lists those that are.</exception>
    internal void CheckNames(IReadOnlyCollection<string> linears)
    {
        if (Except.FirstOrDefault(name => !linears.Any(linear => SitePlan.Matches(name, linear))) is { } absent)
        {
            throw new ConversionException(
                $"the plan excepts a linear '{absent}' that the model does not have; it has: {(linears.Count == 0 ? "none" : string.Join(", ", linears))}", absent);
        }
    }
}
