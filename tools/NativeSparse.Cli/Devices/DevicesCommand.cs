using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Documents;
using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Spectre.Console;

namespace NativeSparse.Cli.Devices;

/// <summary><c>nativesparse devices</c>: the backends of this machine.</summary>
internal sealed class DevicesCommand(Terminal terminal)
    : ToolCommand("devices", "Lists the backends that --backend takes, and which of them run here.", terminal)
{
    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        using var automatic = BackendCatalog.Open("auto");
        var document = new DevicesDocument(
            new DevicesEnvironment(CpuIdentity.Name, Environment.ProcessorCount, OnnxRuntimeVersion(), automatic.Name),
            [.. BackendCatalog.List().Select(backend => new DeviceRow(backend.Name, backend.Usable, backend.Reason))]);
        invocation.Answer(document, AnswerJson.Documents.DevicesDocument, Write);
        return ExitCode.Done;
    }

    private static string OnnxRuntimeVersion()
    {
        try
        {
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception absent) when (absent is DllNotFoundException or TypeInitializationException)
        {
            return "not here";
        }
    }

    private static void Write(IAnsiConsole console, DevicesDocument document)
    {
        var machine = document.Environment;
        console.MarkupLineInterpolated(
            $"{machine.Cpu}, {machine.Processors} logical processors, ONNX Runtime {machine.OnnxRuntime}; auto is {machine.Auto}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("backend", "usable", "what or why not");
        foreach (var device in document.Devices)
        {
            table.AddRow(Markup.Escape(device.Name), device.Usable ? "yes" : "no", Markup.Escape(device.Reason));
        }

        console.Write(table);
    }
}
