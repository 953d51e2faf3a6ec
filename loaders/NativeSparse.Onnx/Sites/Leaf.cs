namespace NativeSparse.Onnx;

/// <summary>What goes into an activation: a linear, the columns taken of it and the biases added to it.</summary>
internal sealed class Leaf
{
    /// <summary>The linear.</summary>
    internal required Linear Linear { get; init; }

    /// <summary>First column taken.</summary>
    internal long Start { get; init; }

    /// <summary>Distance of the columns taken.</summary>
    internal long Step { get; init; } = 1;

    /// <summary>Number of columns taken.</summary>
    internal required long Count { get; init; }

    /// <summary>Biases added to the whole output, before columns are taken.</summary>
    internal IReadOnlyList<LinearBias> WholeBiases { get; init; } = [];

    /// <summary>Biases added to the columns taken.</summary>
    internal IReadOnlyList<LinearBias> Biases { get; init; } = [];

    /// <summary>Whether all columns are taken, in order.</summary>
    internal bool IsWhole => Start == 0 && Step == 1 && Count == Linear.OutputWidth;

    /// <summary>Whether any bias is added.</summary>
    internal bool HasBias => Linear.Bias is not null || WholeBiases.Count + Biases.Count > 0;

    /// <summary>The same with one more bias.</summary>
    internal Leaf With(LinearBias bias) => new()
    {
        Linear = Linear,
        Start = Start,
        Step = Step,
        Count = Count,
        WholeBiases = IsWhole ? [.. WholeBiases, bias] : WholeBiases,
        Biases = IsWhole ? Biases : [.. Biases, bias],
    };

    /// <summary>Every <paramref name="step"/>th of its columns; null when they are not there or biases were added to a part already.</summary>
    internal Leaf? Columns(long start, long step, long count) =>
        Biases.Count > 0 || start < 0 || step < 1 || count < 1 || start + ((count - 1) * step) >= Count
            ? null
            : new Leaf { Linear = Linear, Start = Start + (start * Step), Step = Step * step, Count = count, WholeBiases = WholeBiases };

    /// <summary>Whether it is the same function of the same linear.</summary>
    internal bool Matches(Leaf other) =>
        ReferenceEquals(Linear, other.Linear) && (Start, Step, Count) == (other.Start, other.Step, other.Count)
        && Same(WholeBiases, other.WholeBiases) && Same(Biases, other.Biases);

    /// <summary>Reads <c>[in, count]</c>: a new array.</summary>
    internal float[] ReadWeight(TensorReader tensors)
    {
        var whole = Linear.Read(tensors);
        if (IsWhole)
        {
            return whole;
        }

        var columns = (int)Count;
        var result = new float[(long)Linear.InputWidth * columns];
        for (var row = 0; row < Linear.InputWidth; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                result[((long)row * columns) + column] = whole[((long)row * Linear.OutputWidth) + Start + (column * Step)];
            }
        }

        return result;
    }

    /// <summary>Reads the sum of the biases, <c>[count]</c>; null when there is none.</summary>
    internal float[]? ReadBias(TensorReader tensors)
    {
        if (!HasBias)
        {
            return null;
        }

        var whole = new float[Linear.OutputWidth];
        Linear.Bias?.AddTo(whole, tensors);
        foreach (var bias in WholeBiases)
        {
            bias.AddTo(whole, tensors);
        }

        var result = new float[Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = whole[Start + (i * Step)];
        }

        foreach (var bias in Biases)
        {
            bias.AddTo(result, tensors);
        }

        return result;
    }

    private static bool Same(IReadOnlyList<LinearBias> left, IReadOnlyList<LinearBias> right) =>
        left.Count == right.Count && Enumerable.Range(0, left.Count).All(i => left[i].Constant.Name == right[i].Constant.Name && left[i].Factor.Equals(right[i].Factor));
}
