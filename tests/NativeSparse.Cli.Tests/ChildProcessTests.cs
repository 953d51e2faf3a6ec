using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Json_is_all_that_a_pipe_gets()
    {
        var (code, output, error) = await Run("devices", "--json");

        Assert.Equal(0, code);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(output).RootElement.ValueKind);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Conversion_is_silent_in_a_pipe_but_for_its_table()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run("convert", DefaultModel.Model, "-o", folder.File("out.onnx"));

        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("equal bit for bit", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "inspect")]
    [InlineData(3, "inspect", "missing.onnx")]
    [InlineData(4, "run", "model.onnx", "--random", "1", "--backend", "abacus")]
    public async Task Failures_are_exit_codes(int expected, params string[] arguments)
    {
        var (code, output, error) = await Run([.. arguments.Select(argument => argument == "model.onnx" ? DefaultModel.Model : argument)]);

        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
