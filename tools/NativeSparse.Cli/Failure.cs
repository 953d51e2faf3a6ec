using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Documents;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Cli;

/// <summary>A failure that the contract of the command line names: an exit code and an error document.</summary>
/// <param name="ExitCode">What the process returns.</param>
/// <param name="Error">What is said about it.</param>
internal sealed record Failure(int ExitCode, ErrorDetails Error)
{
    /// <summary>The failure an exception stands for; null for a defect of the tool itself, which is not caught.</summary>
    public static Failure? From(Exception exception) => exception switch
    {
        UsageException => Of(exception, Cli.ExitCode.BadCommandLine),
        InputException input => Of(exception, Cli.ExitCode.BadInput, input.Path),
        ModelFormatException format => Of(exception, Cli.ExitCode.BadInput, format.Path, format.Site),
        SavedFileException saved => Of(exception, Cli.ExitCode.No, site: saved.Site),
        ConversionException conversion => Of(exception, Cli.ExitCode.BadInput, site: conversion.Site),
        ShapeMismatchException => Of(exception, Cli.ExitCode.BadInput),
        OnnxRuntimeException => Of(exception, Cli.ExitCode.BadInput),
        FileNotFoundException missing => Of(exception, Cli.ExitCode.BadInput, missing.FileName),
        IOException or UnauthorizedAccessException => Of(exception, Cli.ExitCode.BadInput),
        NotSupportedException => Of(exception, Cli.ExitCode.BadInput),
        BackendUnavailableException => Of(exception, Cli.ExitCode.BackendUnavailable),
        OperationCanceledException => Of(exception, Cli.ExitCode.Cancelled),
        TypeInitializationException { InnerException: DllNotFoundException missing } => Absent(missing),
        DllNotFoundException missing => Absent(missing),
        _ => null,
    };

    /// <summary>Says it: a document on standard output, or a line on standard error.</summary>
    public void Write(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new ErrorDocument(Error), AnswerJson.Documents.ErrorDocument));
            terminal.Out.Flush();
        }
        else
        {
            terminal.Error.WriteLine(ExitCode == Cli.ExitCode.Cancelled ? "cancelled" : $"error: {Error.Message}");
        }
    }

    /// <summary>The published self-test has no ONNX Runtime.</summary>
    private static Failure Absent(DllNotFoundException exception) => new(
        Cli.ExitCode.BackendUnavailable,
        new ErrorDetails(
            exception.GetType().Name,
            "this copy of the tool holds no ONNX Runtime, which this command needs; selftest, devices and inspect work without it, the full tool has it",
            null,
            null));

    private static Failure Of(Exception exception, int exitCode, string? path = null, string? site = null) =>
        new(exitCode, new ErrorDetails(exception.GetType().Name, exception.Message, path, site));
}
