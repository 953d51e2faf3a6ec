using System.CommandLine;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inputs;
using NativeSparse.Cli.Options;
using NativeSparse.Cli.Running;
using NativeSparse.Measurement;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Bench.Models;

/// <summary><c>nativesparse bench model MODEL...</c>: whole models beside plain ONNX Runtime, timed in turns.</summary>
internal sealed class BenchModelCommand : ToolCommand
{
    private const double AllowedRatio = 0.95;
    private const int DefaultRounds = 31;
    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = "ONNX files, dense or converted. A dense one runs in ONNX Runtime, as it is and quantized dynamically (int8, weights with a scale for each output and with one for all), dense on our kernels, and with the options below "
            + "converted at load; a converted one is compared with the first dense file that has the same inputs and outputs.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _shapes = new("--shapes")
    {
        Description = "Batch and sequence sizes for open dimensions, such as 1x16,1x128. Default: 1x16.",
        HelpName = "BxN,...",
    };

    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "Rounds; each times every runner once, in turns. Medians and paired ratios are taken over them.",
        DefaultValueFactory = _ => DefaultRounds,
        HelpName = "N",
    };

    private readonly Option<bool> _assert = new("--assert")
    {
        Description = "Exit code 1 when one of our rows is more than 5 % slower than ONNX Runtime: the confidence interval of the paired ratio "
            + "lies below 0.95.",
    };

    private readonly InputSettings _inputs;
    private readonly ConversionSettings _conversion;
    private readonly CalibrationSettings _calibration;
    private readonly EngineSettings _engine;

    /// <summary>Creates the command.</summary>
    public BenchModelCommand(Terminal terminal)
        : base("model", "Times whole models beside plain ONNX Runtime, in turns in one process, with the closeness of their outputs.", terminal)
    {
        Arguments.Add(_models);
        Options.Add(_shapes);
        _inputs = new InputSettings(this);
        Options.Add(_rounds);
        Options.Add(_assert);
        _conversion = new ConversionSettings(this);
        _calibration = new CalibrationSettings(this, withVerify: false);
        _engine = new EngineSettings(this);
        _shapes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && InputShape.ParseList(text) is null)
            {
                result.AddError($"--shapes is '{text}', expected sizes such as 1x16,1x128.");
            }
        });
        NumberRule.RequirePositive(_rounds);
    }

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        string[] files = [.. invocation.Get(_models).Select(ModelFile.Require)];
        var plan = _conversion.Read(invocation);
        using var list = new BenchedModelList();
        invocation.WithProgress("loading", progress =>
        {
            foreach (var file in files)
            {
                var calibration = plan is null ? null : _calibration.Read(invocation, file);
                list.Add(file, plan, calibration, _engine.Threads(invocation), _engine.Engine(invocation, progress), invocation.Cancellation);
            }

            return list;
        });
        invocation.NoteAll(plan is null ? [] : list.Models.SelectMany(model => model.Info?.Report?.Notes ?? []).Distinct());
        invocation.NoteAll(list.Models.Where(model => model.IsOurs && model.Baseline is null).Select(model =>
            $"{model.File} is compared with nothing: no dense file with the same inputs and outputs is given; add the one it was converted from"));
        var rows = Shapes(invocation).SelectMany(shape => Measure(invocation, list.Models, shape)).ToList();
        var info = list.Models.Select(model => model.Info).OfType<EngineInfo>().First();
        var document = new BenchModelDocument(
            new BenchEnvironment(CpuIdentity.Name, info.Threads, info.Backend, info.OnnxRuntime), invocation.Get(_rounds), rows);
        invocation.Answer(document, AnswerJson.Documents.BenchModelDocument, BenchModelTables.Write);
        return invocation.Get(_assert) && rows.Any(row => row.Name == BenchedModel.Ours && row.RatioUpper < AllowedRatio) ? ExitCode.No : ExitCode.Done;
    }

    private IReadOnlyList<InputShape> Shapes(Invocation invocation) =>
        invocation.Get(_shapes) is { } text ? InputShape.ParseList(text)! : [InputShape.Default];

    private IEnumerable<BenchModelRow> Measure(Invocation invocation, IReadOnlyList<BenchedModel> models, InputShape shape)
    {
        var inputs = new Dictionary<string, Dictionary<string, ConstantTensor>>();
        var runs = new List<BoundRun>();
        try
        {
            foreach (var model in models)
            {
                if (!inputs.TryGetValue(model.File, out var values))
                {
                    var wanted = ModelInput.Of(model.Runner.InputNames, model.Runner.InputMetadata);
                    inputs[model.File] = values = _inputs.Read(invocation, wanted, shape);
                }

                runs.Add(new BoundRun(model.Runner, values, invocation.Cancellation));
            }

            var samples = ModelTiming.Run([.. runs.Select((run, i) => new Contender(models[i].Name, run.Run))], invocation.Get(_rounds), invocation.Cancellation);
            var name = _inputs.FromFile(invocation) ? string.Join('x', inputs.Values.First().Values.First().Shape) : shape.ToString();
            int Int8(BenchedModel model) => models.ToList().FindIndex(other => other.Name == BenchedModel.DynamicInt8 && other.Baseline == (model.Baseline ?? model));
            for (var i = 0; i < models.Count; i++)
            {
                var model = models[i];
                var baseline = model.IsBaseline ? i : models.ToList().FindIndex(other => other == model.Baseline);
                var tokens = _inputs.FromFile(invocation) ? inputs[model.File] : null;
                yield return Describe(
                    model,
                    name,
                    samples[i].Median,
                    baseline < 0 ? null : samples[baseline].Over(samples[i]),
                    Int8(model) is var int8 && int8 < 0 ? null : samples[int8].Over(samples[i]),
                    baseline < 0 ? null : OutputQuality.Compare(runs[baseline].Outputs, runs[i].Outputs, tokens));
            }
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static BenchModelRow Describe(BenchedModel model, string shape, double milliseconds, PairedRatio? ratio, PairedRatio? int8, OutputQuality? quality) => new()
    {
        Name = model.Name,
        File = model.File,
        Form = model.Form,
        Precision = model.Precision,
        Shape = shape,
        Milliseconds = milliseconds,
        RatioToOnnxRuntime = ratio?.Median,
        RatioLower = ratio?.Low,
        RatioUpper = ratio?.High,
        RatioToOnnxRuntimeInt8 = int8?.Median,
        RatioToOnnxRuntimeInt8Lower = int8?.Low,
        RatioToOnnxRuntimeInt8Upper = int8?.High,
        Cosine = quality?.Cosine,
        CosineP5 = quality?.CosineP5,
        Kl = quality?.Kl,
        PerplexityRatio = quality?.PerplexityRatio,
        ArgmaxAgreement = quality?.ArgmaxAgreement,
        RelativeError = quality?.RelativeError,
        MaxAbs = quality?.MaxAbs,
        FileBytes = ModelFile.Bytes(model.File),
        ResidentBytes = model.Info?.ByteCount,
        ActiveShare = model.ActiveShare,
    };
}
