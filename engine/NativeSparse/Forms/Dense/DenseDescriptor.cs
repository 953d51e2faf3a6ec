using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Dense;

/// <summary>The dense form: the network as it is, on our kernels.</summary>
internal sealed class DenseDescriptor : FormDescriptor
{
    private const string Copy = "copy";

    /// <inheritdoc/>
    public override string Name => "dense";

    /// <inheritdoc/>
    public override string OpType => "DenseFeedForward";

    /// <inheritdoc/>
    public override string Summary => "the dense network as it is, on our kernels";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Converters => [Copy];

    /// <inheritdoc/>
    public override IReadOnlyList<FormOption> Options => [];

    /// <inheritdoc/>
    public override bool NeedsCalibration(string? converter, JsonObject? options)
    {
        CheckSettings(converter, options, null);
        return false;
    }

    /// <inheritdoc/>
    public override FormConversion Convert(ConversionContext context, string? converter, JsonObject? options)
    {
        CheckSettings(converter, options, context.Site);
        var report = new SiteReport { Name = context.Site, Form = Name, Precision = "float32", Converter = Copy, Error = 0 };
        return new FormConversion(new DenseParameters(context.Weights), report);
    }

    /// <inheritdoc/>
    public override ReplacementNode Write(string site, FormParameters parameters)
    {
        var weights = ((DenseParameters)parameters).Weights;
        long d = weights.InputWidth, h = weights.HiddenWidth, o = weights.OutputWidth;
        return new ReplacementNode
        {
            Domain = Session.CustomOpDomain.Domain,
            OpType = OpType,
            Name = site,
            Attributes = new Dictionary<string, object> { ["activation"] = weights.Activation },
            Constants =
            [
                ConstantTensor.Create("up", weights.Up, d, h),
                weights.UpBias is { } upBias ? ConstantTensor.Create("up_bias", upBias, h) : null,
                weights.Gate is { } gate ? ConstantTensor.Create("gate", gate, d, h) : null,
                weights.GateBias is { } gateBias ? ConstantTensor.Create("gate_bias", gateBias, h) : null,
                ConstantTensor.Create("down", weights.Down, h, o),
                weights.DownBias is { } downBias ? ConstantTensor.Create("down_bias", downBias, o) : null,
            ],
        };
    }

    /// <inheritdoc/>
    public override FormParameters Read(FormNode node)
    {
        var constants = new NodeConstants(node);
        var (up, shape) = constants.Require(0, "up", 2);
        long d = constants.Width(shape[0], "up"), h = constants.Width(shape[1], "up");
        var (down, downShape) = constants.Require(4, "down", 2);
        long o = constants.Width(downShape[1], "down");
        if (downShape[0] != h)
        {
            throw constants.Error($"input 'down' is [{downShape[0]}, {o}], expected [{h}, O]");
        }

        var gate = constants.Optional(2, "gate", d, h);
        return new DenseParameters(new FeedForwardWeights
        {
            Kind = gate is null ? FeedForwardKind.Plain : FeedForwardKind.Gated,
            Activation = ActivationNames.Check(constants, "activation"),
            InputWidth = (int)d,
            HiddenWidth = (int)h,
            OutputWidth = (int)o,
            Up = up,
            UpBias = constants.Optional(1, "up_bias", h),
            Gate = gate,
            GateBias = constants.Optional(3, "gate_bias", h),
            Down = down,
            DownBias = constants.Optional(5, "down_bias", o),
        });
    }

    /// <inheritdoc/>
    public override FeedForward Build(FormParameters parameters, Backend backend, Precision precision) =>
        new DenseFeedForward(((DenseParameters)parameters).Weights, backend, precision);

    private void CheckSettings(string? converter, JsonObject? options, string? site)
    {
        if (converter is not null && converter != Copy)
        {
            throw new ConversionException($"form '{Name}' has no converter '{converter}'; known: {Copy}", site, Name);
        }

        if (options is { Count: > 0 })
        {
            throw new ConversionException($"form '{Name}' has no options; got {string.Join(", ", options.Select(option => option.Key))}", site, Name);
        }
    }
}
