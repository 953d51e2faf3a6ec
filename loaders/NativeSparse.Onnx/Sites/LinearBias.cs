namespace NativeSparse.Onnx;

/// <summary>A constant added to the output of a linear: one number for every feature or one for all, times a factor.</summary>
internal sealed record LinearBias(ConstantValue Constant, double Factor = 1)
{
    /// <summary>Adds it to a bias of a given width.</summary>
    /// <exception cref="ModelFormatException">The stored data do not match.</exception>
    internal void AddTo(float[] bias, TensorReader tensors)
    {
        var values = Constant.Read(tensors);
        if (values.Length != 1 && values.Length != bias.Length)
        {
            throw new ModelFormatException($"bias '{Constant.Name}' holds {values.Length} numbers, expected {bias.Length}", site: Constant.Name);
        }

        for (var i = 0; i < bias.Length; i++)
        {
            bias[i] += (float)(Factor * values[values.Length == 1 ? 0 : i]);
        }
    }

    /// <summary>
    /// Whether a constant, broadcast against a value, is one number per index of an axis (counted from the end, negative) and nothing else.
    /// </summary>
    internal static bool Fits(ConstantValue constant, int axis, long width, int? rank)
    {
        var shape = constant.Shape;
        if (!constant.IsFloating || shape.Length < -axis || shape[^-axis] != width || constant.Count != width)
        {
            return false;
        }

        return rank is { } known ? shape.Length <= known : shape.Length <= Math.Max(2, -axis);
    }
}
