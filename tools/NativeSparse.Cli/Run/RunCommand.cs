using System.CommandLine;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inputs;
using NativeSparse.Cli.Options;
using NativeSparse.Cli.Running;
using NativeSparse.Measurement;

namespace NativeSparse.Cli.Run;

/// <summary><c>nativesparse run MODEL</c>: runs a model on given or random inputs.</summary>
internal sealed class RunCommand : ToolCommand
{
    private const int TimedRuns = 11;
    private const double DefaultTolerance = 1e-4;
    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file, dense or converted." };
    private readonly Option<string?> _outputs = new("--outputs")
    {
        Description = "Where to write the outputs: a .npz or .safetensors file, tensor names = graph outputs.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _compare = new("--compare")
    {
        Description = "A .npz or .safetensors file with expected outputs; exit code 1 when an element differs by more than atol + rtol x |expected|.",
        HelpName = "FILE",
    };

    private readonly Option<double> _absolute = new("--atol")
    {
        Description = "Absolute tolerance of --compare.",
        DefaultValueFactory = _ => DefaultTolerance,
        HelpName = "A",
    };

    private readonly Option<double> _relative = new("--rtol")
    {
        Description = "Relative tolerance of --compare.",
        DefaultValueFactory = _ => DefaultTolerance,
        HelpName = "R",
    };

    private readonly InputSettings _inputs;
    private readonly ConversionSettings _conversion;
    private readonly CalibrationSettings _calibration;
    private readonly EngineSettings _engine;

    /// <summary>Creates the command.</summary>
    public RunCommand(Terminal terminal)
        : base(
            "run",
            "Runs a model once on given or random inputs, then times it. A dense file runs in plain ONNX Runtime, unless an option "
            + "below says what its sites become: then it is converted at load.",
            terminal)
    {
        Arguments.Add(_model);
        _inputs = new InputSettings(this);
        Options.Add(_outputs);
        Options.Add(_compare);
        NumberRule.RequireTolerance(_absolute);
        NumberRule.RequireTolerance(_relative);
        Options.Add(_absolute);
        Options.Add(_relative);
        _conversion = new ConversionSettings(this);
        _calibration = new CalibrationSettings(this, withVerify: false);
        _engine = new EngineSettings(this);
        Validators.Add(_inputs.RequireOne);
    }

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        var plan = _conversion.Read(invocation);
        if (invocation.Get(_outputs) is { } destination)
        {
            NamedTensors.CheckDestination(destination);
        }

        var path = ModelFile.Require(invocation.Get(_model));
        var calibration = plan is null ? null : _calibration.Read(invocation, path);
        using var runner = new EngineRunner(invocation.WithProgress("loading", progress => SparseEngine.Load(
            path, _engine.Engine(invocation, progress) with { Plan = plan, Calibration = calibration }, invocation.Cancellation)));
        invocation.NoteAll(plan is null ? [] : runner.Info.Report?.Notes ?? []);
        if (plan is not null && runner.Info.Sites.Count == 0)
        {
            invocation.Note($"nothing was converted, the whole model runs in ONNX Runtime; 'nativesparse inspect {path}' lists what the model holds");
        }

        if (plan is null && runner.Info.Sites.Count == 0 && _engine.Backend(invocation) is { } backend)
        {
            invocation.Note(
                $"--backend {backend} has nothing to run: the file is dense and runs in ONNX Runtime as it is; --form dense moves its feed-forward networks to our kernels");
        }

        var inputs = _inputs.Read(invocation, ModelInput.Of(runner.InputNames, runner.InputMetadata), InputShape.Default);
        using var bound = new BoundRun(runner, inputs, invocation.Cancellation);
        var compare = invocation.Get(_compare) is { } expected
            ? OutputComparison.Run(bound.Outputs, expected, invocation.Get(_absolute), invocation.Get(_relative))
            : null;
        if (invocation.Get(_outputs) is { } file)
        {
            NamedTensors.Write(file, bound.Outputs);
        }

        var times = ModelTiming.Run([new Contender("run", bound.Run)], TimedRuns, invocation.Cancellation)[0];
        var sites = runner.Info.Sites.Count;
        var document = new RunDocument(
            [.. bound.Outputs.Select(output => new OutputFacts(output.Name, output.Shape, output.ElementType))],
            compare,
            sites == 0 ? "onnxruntime" : runner.Info.Backend,
            sites,
            runner.Info.Threads,
            times.Median,
            bound.MeasureAllocation());
        invocation.Answer(document, AnswerJson.Documents.RunDocument, RunTables.Write);
        return compare is { Within: false } ? ExitCode.No : ExitCode.Done;
    }
}
