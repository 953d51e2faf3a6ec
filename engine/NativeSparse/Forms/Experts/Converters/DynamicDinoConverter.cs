using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// N copies of the network, each cut into k slices along the hidden axis; k of the N k experts run. The router has N random rows, each
/// repeated k times, so that the slices of one copy tie and are chosen together: <c>y = b2 + sum of the chosen E_e(x)</c> starts equal
/// to the dense network (arXiv 2507.17436). It is a starting point for training; it saves nothing while copies are equal.
/// </summary>
internal sealed class DynamicDinoConverter : IExpertsConverter
{
    /// <summary>Far more than any training starts with; each takes the memory of the whole network.</summary>
    private const int MostCopies = 64;

    /// <inheritdoc/>
    public string Name => "dynamic-dino";

    /// <inheritdoc/>
    public bool NeedsCalibration(ExpertsOptions options) => false;

    /// <inheritdoc/>
    public ExpertsConversion Convert(ConversionContext context, ExpertsOptions options)
    {
        var weights = context.Weights;
        var (copies, slices) = (options.Copies, options.Granularity);
        if (copies is < 1 or > MostCopies)
        {
            throw ExpertsShape.Refuse(context, $"{copies} copies asked for; ask for 1 to {MostCopies}");
        }

        if (slices < 1 || slices > weights.HiddenWidth)
        {
            throw ExpertsShape.Refuse(context, $"granularity {slices} asked for, but the site has {weights.HiddenWidth} hidden neurons");
        }

        if (options.K is { } k && k != slices)
        {
            throw ExpertsShape.Refuse(context, $"k = {k} asked for; this method runs as many experts as a copy has slices, {slices}: leave k out");
        }

        var shape = new ExpertsShape(
            copies * slices, slices, 1.0 / copies, RoutingSelection.TopK, ExpertsShape.ReadActivation(context));
        var one = ExpertsSplit.Contiguous(weights.HiddenWidth, slices);
        var router = TiedRouter(weights.InputWidth, copies, slices, options.Seed);
        var copy = one.Cut(weights, shape, router, routerBias: null);
        context.Progress?.Report(1);
        return new ExpertsConversion(
            copy with
            {
                Experts = shape.Experts,
                Up = Repeat(copy.Up, copies),
                UpBias = copy.UpBias is null ? null : Repeat(copy.UpBias, copies),
                Gate = copy.Gate is null ? null : Repeat(copy.Gate, copies),
                GateBias = copy.GateBias is null ? null : Repeat(copy.GateBias, copies),
                Down = Repeat(copy.Down, copies),
                Widths = copy.Widths is null ? null : Repeat(copy.Widths, copies),
            },
            Assignment: null,
            Notes: copies > 1 ? [$"{copies} equal copies: {copies} times the weights, the same function, until they are trained apart"] : []);
    }

    private static float[] TiedRouter(int inputWidth, int copies, int slices, int seed)
    {
        var normal = new NormalSource(seed);
        var experts = copies * slices;
        var router = new float[inputWidth * experts];
        var deviation = 1 / Math.Sqrt(inputWidth);
        for (var copy = 0; copy < copies; copy++)
        {
            for (var d = 0; d < inputWidth; d++)
            {
                router.AsSpan((d * experts) + (copy * slices), slices).Fill((float)(normal.Next() * deviation));
            }
        }

        return router;
    }

    private static T[] Repeat<T>(T[] values, int times)
    {
        var repeated = new T[values.Length * times];
        for (var i = 0; i < times; i++)
        {
            values.CopyTo(repeated, i * values.Length);
        }

        return repeated;
    }
}
