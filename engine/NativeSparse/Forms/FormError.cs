using NativeSparse.Forms.Dense;
using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>The relative L2 error of a form at its precision against the dense network in float32, on held-out tokens.</summary>
internal static unsafe class FormError
{
    /// <summary>The error, or null without held-out tokens.</summary>
    public static double? Of(ConversionContext context, FeedForward form)
    {
        if (context.Sample is not { HeldOutTokens: > 0 } sample)
        {
            return null;
        }

        using var reference = new DenseFeedForward(DenseParameters.Create(context.Weights, Precision.Float32), context.Backend);
        return RelativeError.Of(Run(reference, sample.HeldOut, context), Run(form, sample.HeldOut, context));
    }

    private static float[] Run(FeedForward form, float[] x, ConversionContext context)
    {
        var rows = x.Length / form.InputWidth;
        var y = new float[rows * form.OutputWidth];
        using var scratch = new Scratch();
        fixed (float* input = x)
        fixed (float* output = y)
        {
            form.Run(
                new Execution(context.Splitter, scratch, context.Cancellation),
                View.Create((nint)input, rows, form.InputWidth),
                View.Create((nint)output, rows, form.OutputWidth));
        }

        return y;
    }
}
