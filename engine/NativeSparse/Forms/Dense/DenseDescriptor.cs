using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Dense;

/// <summary>The dense form: the network as it is, on our kernels.</summary>
internal sealed class DenseDescriptor : FormDescriptor
{
    private const string Copy = "copy";

    /// <summary>Where the scales begin among the constants.</summary>
    private const int UpScale = 6;

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
    public override IReadOnlyList<Precision> Precisions => [Precision.Float32, Precision.BFloat16, Precision.Int8, Precision.Int4];

    /// <inheritdoc/>
    public override bool IsExact(Precision precision) => precision == Precision.Float32;

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
        var parameters = DenseParameters.Create(context.Weights, context.Precision);
        using var form = context.Precision == Precision.Float32 ? null : new DenseFeedForward(parameters, context.Backend);
        return new FormConversion(parameters, new SiteReport
        {
            Name = context.Site,
            Form = Name,
            Precision = Conversion.Precisions.Name(context.Precision),
            Converter = Copy,
            Error = form is null ? 0 : FormError.Of(context, form),
            Notes = RoundedWeights.VanishedNote([parameters.Up.Int4, parameters.Gate?.Int4, parameters.Down.Int4]) is { } note ? [note] : [],
        });
    }

    /// <inheritdoc/>
    public override ReplacementNode Write(string site, FormParameters parameters)
    {
        var dense = (DenseParameters)parameters;
        return new ReplacementNode
        {
            Domain = Session.CustomOpDomain.Domain,
            OpType = OpType,
            Name = site,
            Attributes = new Dictionary<string, object> { ["activation"] = dense.Activation },
            Constants =
            [
                dense.Up.ToConstant("up"),
                Bias("up_bias", dense.UpBias),
                dense.Gate?.ToConstant("gate"),
                Bias("gate_bias", dense.GateBias),
                dense.Down.ToConstant("down"),
                Bias("down_bias", dense.DownBias),
                .. Scales(dense),
            ],
        };
    }

    /// <inheritdoc/>
    public override FormParameters Read(FormNode node)
    {
        var constants = new NodeConstants(node);
        var up = FormMatrix.Read(constants, 0, "up", UpScale);
        var gate = constants.Find(2) is null ? null : FormMatrix.Read(constants, 2, "gate", UpScale + 2);
        var down = FormMatrix.Read(constants, 4, "down", UpScale + 4);
        CheckShape(constants, "gate", gate ?? up, up.InputWidth, up.OutputWidth);
        CheckShape(constants, "down", down, up.OutputWidth, down.OutputWidth);
        return new DenseParameters
        {
            Activation = ActivationNames.Check(constants, "activation"),
            Up = up,
            UpBias = constants.Optional(1, "up_bias", up.OutputWidth),
            Gate = gate,
            GateBias = constants.Optional(3, "gate_bias", up.OutputWidth),
            Down = down,
            DownBias = constants.Optional(5, "down_bias", down.OutputWidth),
        };
    }

    /// <inheritdoc/>
    public override FeedForward Build(FormParameters parameters, Backend backend) => new DenseFeedForward((DenseParameters)parameters, backend);

    private static ConstantTensor? Bias(string name, float[]? values) => values is null ? null : ConstantTensor.Create(name, values, values.Length);

    /// <summary>Scales and zero points behind the inputs of a float32 node; none where nothing is quantized.</summary>
    private static ConstantTensor?[] Scales(DenseParameters dense)
    {
        ConstantTensor?[] scales =
        [
            dense.Up.ToScale("up"), dense.Up.ToZeroPoint("up"),
            dense.Gate?.ToScale("gate"), dense.Gate?.ToZeroPoint("gate"),
            dense.Down.ToScale("down"), dense.Down.ToZeroPoint("down"),
        ];
        return scales.All(scale => scale is null) ? [] : scales;
    }

    private static void CheckShape(NodeConstants constants, string name, FormMatrix matrix, int inputs, int outputs)
    {
        if (matrix.InputWidth != inputs || matrix.OutputWidth != outputs)
        {
            throw constants.Error($"input '{name}' is [{matrix.InputWidth}, {matrix.OutputWidth}], expected [{inputs}, {outputs}]");
        }
    }

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
