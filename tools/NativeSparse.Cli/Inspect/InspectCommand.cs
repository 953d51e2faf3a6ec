using System.CommandLine;
using NativeSparse.Cli.Documents;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inspect;

/// <summary><c>nativesparse inspect MODEL</c>: what a file holds that could run on our kernels.</summary>
internal sealed class InspectCommand : ToolCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file, dense or converted." };

    /// <summary>Creates the command.</summary>
    public InspectCommand(Terminal terminal)
        : base(
            "inspect",
            "Lists the feed-forward sites and the other linears of a model with their share of its parameters, and what was not taken and why.",
            terminal) => Arguments.Add(_model);

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        var path = ModelFile.Require(invocation.Get(_model));
        var document = ModelInspection.Run(OnnxModel.Load(path), path);
        invocation.Answer(document, AnswerJson.Documents.InspectDocument, InspectTables.Write);
        return ExitCode.Done;
    }
}
