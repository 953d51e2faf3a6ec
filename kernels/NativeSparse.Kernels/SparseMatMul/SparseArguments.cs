namespace NativeSparse.Kernels;

/// <summary>The checks that every sparse version makes before it writes anything.</summary>
internal static class SparseArguments
{
    public static void CheckRun(View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, weights.InputWidth);
        y.Require(nameof(y), y.Rows, weights.OutputWidth);
        CheckBias(epilogue, weights);
        if (!epilogue.Multiplier.IsEmpty)
        {
            epilogue.Multiplier.Require("multiplier", y.Rows, weights.OutputWidth);
        }
    }

    public static void CheckChannels(View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        x.Require(nameof(x), weights.InputWidth, y.Columns);
        y.Require(nameof(y), weights.OutputWidth, y.Columns);
        CheckBias(epilogue, weights);
        if (!epilogue.Multiplier.IsEmpty)
        {
            throw new ShapeMismatchException("multiplier", "none beside rows of channels", $"[{epilogue.Multiplier.Rows}, {epilogue.Multiplier.Columns}]");
        }
    }

    private static void CheckBias(in Epilogue epilogue, PackedSparse weights)
    {
        if (!epilogue.Bias.IsEmpty)
        {
            epilogue.Bias.Require("bias", 1, weights.OutputWidth);
        }
    }
}
