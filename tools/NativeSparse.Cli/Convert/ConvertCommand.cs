using System.CommandLine;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Options;
using NativeSparse.Cli.Running;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Convert;

/// <summary><c>nativesparse convert MODEL -o OUT</c>: writes a model with its feed-forward sites in another form.</summary>
internal sealed class ConvertCommand : ToolCommand
{
    private const double LowCosine = 0.99;
    private readonly Argument<string> _model = new("MODEL") { Description = "A dense ONNX file." };
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write; replaced when it exists, never MODEL itself. A conversion that fails or is cancelled leaves nothing.",
        Required = true,
        HelpName = "OUT",
    };

    private readonly ConversionSettings _conversion;
    private readonly CalibrationSettings _calibration;
    private readonly EngineSettings _engine;

    /// <summary>Creates the command.</summary>
    public ConvertCommand(Terminal terminal)
        : base(
            "convert",
            "Converts the feed-forward sites of a dense model, saves it, loads it again and compares: a file that differs is not kept.",
            terminal)
    {
        Arguments.Add(_model);
        Options.Add(_output);
        _conversion = new ConversionSettings(this);
        _calibration = new CalibrationSettings(this, withVerify: true);
        _engine = new EngineSettings(this);
    }

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        var input = invocation.Get(_model);
        var output = invocation.Get(_output)!;
        if (output.Length == 0)
        {
            throw new UsageException("--output is empty; name a file");
        }

        if (input.Length > 0 && Path.GetFullPath(input) == Path.GetFullPath(output))
        {
            throw new UsageException($"the output '{output}' is the model itself; name another file");
        }

        var plan = _conversion.ReadOrDense(invocation);
        ModelFile.Require(input);
        var calibration = _calibration.Read(invocation, input);
        var report = invocation.WithProgress("converting", progress =>
            ModelConverter.Convert(input, output, plan, calibration, _engine.Engine(invocation, progress), invocation.Cancellation));
        Warn(invocation, report, calibration is not null);
        invocation.Answer(Describe(report, output, invocation), AnswerJson.Documents.ConvertDocument, ConvertTables.Write);
        return ExitCode.Done;
    }

    private static void Warn(Invocation invocation, ConversionReport report, bool onData)
    {
        if (report.Model?.Cosine is { } cosine && cosine < LowCosine)
        {
            invocation.Note(
                $"warning: the mean cosine between outputs of the converted and the dense model is {cosine:0.0000} on "
                + (onData ? "held-out inputs" : "made-up inputs; give --verify to judge it on yours"));
        }
    }

    private ConvertDocument Describe(ConversionReport report, string output, Invocation invocation) => new()
    {
        Output = output,
        Bytes = report.Bytes,
        Seconds = report.Seconds,
        CalibrationTokens = report.CalibrationTokens,
        HeldOutTokens = report.HeldOutTokens,
        Split = report.Split,
        Sites = report.Sites,
        Linears = report.Linears,
        Model = report.Model,
        Notes = report.Notes,
        Verified = report.Verified,
        Backend = _engine.Backend(invocation),
        Threads = SessionSettings.ThreadCount(_engine.Threads(invocation)),
    };
}
