using System.Numerics.Tensors;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The tokens of a site that fits may see, divided by a seeded shuffle: nine tenths to fit on, one tenth to choose between fits.</summary>
/// <param name="Fit"><c>[N, D]</c>.</param>
/// <param name="Choice"><c>[M, D]</c>: decides which corrections are kept.</param>
/// <param name="Width">D.</param>
internal sealed record CalibrationTokens(float[] Fit, float[] Choice, int Width)
{
    private const int MaxFit = 16384;
    private const int MaxHiddenValues = 48 << 20;

    /// <summary>N.</summary>
    public int FitCount => Fit.Length / Width;

    /// <summary>M.</summary>
    public int ChoiceCount => Choice.Length / Width;

    /// <summary>Checks and divides the sample of a site.</summary>
    /// <param name="context">The site.</param>
    /// <param name="purpose">What is fitted, for the message when there are no inputs.</param>
    /// <param name="seed">Of the shuffle.</param>
    /// <exception cref="ConversionException">There are no inputs, they have another width, or one is not finite.</exception>
    public static CalibrationTokens Require(ConversionContext context, string purpose, int seed)
    {
        var sample = context.Sample is { Tokens: > 1 } given
            ? given
            : throw ExpertsShape.Refuse(
                context, $"{purpose} is fitted on inputs of the site; pass calibration inputs (--calibrate, SparseOptions.Calibration)");
        var width = context.Weights.InputWidth;
        if (sample.Width != width)
        {
            throw ExpertsShape.Refuse(context, $"the calibration inputs are {sample.Width} wide, the site reads {width}");
        }

        CheckFinite(context, sample.Inputs, "calibration");
        CheckFinite(context, sample.HeldOut, "held-out");
        var order = new int[sample.Tokens];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new Random(seed).Shuffle(order);
        var used = Math.Min(order.Length, Math.Clamp(MaxHiddenValues / context.Weights.HiddenWidth, 1024, MaxFit));
        var choice = Math.Max(1, used / 10);
        return new CalibrationTokens(
            Gather(sample.Inputs, order.AsSpan(choice, used - choice), width), Gather(sample.Inputs, order.AsSpan(0, choice), width), width);
    }

    /// <summary>The first tokens of the fit: a random sample, as the order is shuffled.</summary>
    public CalibrationTokens Take(int count) => FitCount <= count ? this : this with { Fit = Fit[..(count * Width)] };

    private static float[] Gather(float[] rows, ReadOnlySpan<int> indices, int width)
    {
        var gathered = new float[indices.Length * width];
        for (var i = 0; i < indices.Length; i++)
        {
            rows.AsSpan(indices[i] * width, width).CopyTo(gathered.AsSpan(i * width, width));
        }

        return gathered;
    }

    private static void CheckFinite(ConversionContext context, float[] rows, string what)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(rows))
        {
            var at = Array.FindIndex(rows, value => !float.IsFinite(value));
            var width = context.Weights.InputWidth;
            throw ExpertsShape.Refuse(
                context, $"{what} input {at % width} of token {at / width} is {rows[at]}; give inputs for which the model is finite");
        }
    }
}
