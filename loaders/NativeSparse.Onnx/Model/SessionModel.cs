using Google.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// A model as an ONNX Runtime session takes it, whatever its size: bytes below 2 GB and the folder of its external data, for
/// <c>session.model_external_initializers_file_folder_path</c>. Dispose it after the session.
/// </summary>
/// <remarks>
/// ONNX Runtime reads initializers only from the bytes or from files below one folder, and its optimizer looks at them before any that
/// are supplied by pointer. So where the tensors in memory pass the bytes' limit, the model is written to a temporary folder that this
/// object owns, external data of the source included; the session maps them from there.
/// </remarks>
public sealed class SessionModel : IDisposable
{
    private string? _temporary;

    private SessionModel(byte[] bytes, string? folder, string? temporary)
    {
        Bytes = bytes;
        Folder = folder;
        _temporary = temporary;
    }

    /// <summary>The serialized model.</summary>
    public byte[] Bytes { get; }

    /// <summary>Folder that external data are relative to, or null when there are none.</summary>
    public string? Folder { get; }

    /// <summary>True when the weights were written to a temporary folder.</summary>
    public bool Spilled => _temporary is not null;

    /// <summary>Removes the temporary folder, when there is one. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_temporary is not null)
        {
            Directory.Delete(_temporary, recursive: true);
            _temporary = null;
        }
    }

    internal static SessionModel Create(OnnxModel model, SaveOptions options, CancellationToken cancellation)
    {
        if (TensorBytes.Inside(model.Proto) <= options.ExternalDataThreshold)
        {
            return new SessionModel(model.Proto.ToByteArray(), model.Folder, null);
        }

        var temporary = Directory.CreateTempSubdirectory("nativesparse-").FullName;
        try
        {
            var path = Path.Combine(temporary, "model.onnx");
            new ModelWriter(model, options, cancellation).Write(path);
            return new SessionModel(File.ReadAllBytes(path), temporary, temporary);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }
}
