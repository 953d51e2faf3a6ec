using System.CommandLine;
using NativeSparse.Calibration;
using NativeSparse.Cli.Inputs;

namespace NativeSparse.Cli.Options;

/// <summary>The option <c>--calibrate</c>, and <c>--verify</c> where a command has it.</summary>
internal sealed class CalibrationSettings
{
    private const string Kinds =
        "A .npz or .safetensors file (tensor names = graph inputs; large first axes are split into batches), a .jsonl file "
        + "({\"input_ids\": [...]} or, where a tokenizer.json lies beside the model, {\"text\": \"...\"} a line), a .txt file (the same), "
        + "or a folder of such files.";

    private readonly Option<string?> _calibrate = new("--calibrate")
    {
        Description = $"Inputs to fit and judge on; needed where something is fitted. {Kinds} attention_mask, position_ids, token_type_ids "
            + "and an empty past are filled in where they are missing.",
        HelpName = "DATA",
    };

    private readonly Option<string?>? _verify;

    /// <summary>Adds the options to a command.</summary>
    public CalibrationSettings(Command command, bool withVerify)
    {
        command.Options.Add(_calibrate);
        if (withVerify)
        {
            _verify = new Option<string?>("--verify")
            {
                Description = "Inputs that no fit sees, to measure the errors of the report on; files as for --calibrate. "
                    + "Default: every fifth batch of --calibrate, which is then kept out of the fits.",
                HelpName = "DATA",
            };
            command.Options.Add(_verify);
        }
    }

    /// <summary>The data asked for, or null; what had to be filled in is said on standard error when it is first read.</summary>
    public CalibrationData? Read(Invocation invocation, string modelPath)
    {
        var calibrate = invocation.Get(_calibrate);
        var verify = _verify is null ? null : invocation.Get(_verify);
        if (calibrate is null && verify is null)
        {
            return null;
        }

        // The signature of the model says what the data must be; the session is not kept.
        IReadOnlyList<ModelInput> inputs;
        using (var model = SparseEngine.Load(modelPath))
        {
            inputs = ModelInput.Of(model.InputNames, model.InputMetadata);
        }

        invocation.Cancellation.ThrowIfCancellationRequested();
        var files = new DataFiles(inputs, modelPath);
        Preview(files, calibrate, invocation);
        Preview(files, verify, invocation);
        return new CalibrationData
        {
            Batches = calibrate is null ? [] : files.Batches(calibrate),
            HeldOut = verify is null ? [] : files.Batches(verify),
        };
    }

    private static void Preview(DataFiles files, string? path, Invocation invocation)
    {
        if (path is null)
        {
            return;
        }

        var isEmpty = !files.Tensors(path).Any();
        invocation.Cancellation.ThrowIfCancellationRequested();
        if (isEmpty)
        {
            throw new InputException($"'{path}' holds no inputs", path);
        }

        if (files.Filled.Count > 0)
        {
            invocation.Note($"filled in for {path}: {string.Join("; ", files.Filled)}");
        }
    }
}
