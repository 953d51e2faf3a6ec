namespace NativeSparse.Kernels;

/// <summary>The checks that every dense version makes before it writes anything.</summary>
internal static class DenseArguments
{
    public static void CheckPack(int length, int inputWidth, int outputWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        if (length != (long)inputWidth * outputWidth)
        {
            throw new ShapeMismatchException("weights", $"{inputWidth} x {outputWidth} values", $"{length} values");
        }
    }

    public static NotSupportedException UnknownPrecision(string version, Precision precision) =>
        new($"{version} has no {precision} matrices; use {Precision.Float32}");

    public static TMatrix CheckRun<TMatrix>(string version, View x, PackedMatrix weights, in Epilogue epilogue, View y)
        where TMatrix : PackedMatrix
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights is not TMatrix matrix)
        {
            throw new ArgumentException($"weights were packed by another backend than {version}; pack them with this one", nameof(weights));
        }

        x.Require(nameof(x), y.Rows, weights.InputWidth);
        y.Require(nameof(y), y.Rows, weights.OutputWidth);
        if (!epilogue.Bias.IsEmpty)
        {
            epilogue.Bias.Require("bias", 1, weights.OutputWidth);
        }

        if (!epilogue.Multiplier.IsEmpty)
        {
            epilogue.Multiplier.Require("multiplier", y.Rows, weights.OutputWidth);
        }

        return matrix;
    }
}
