using Microsoft.Win32.SafeHandles;

namespace NativeSparse.Onnx;

/// <summary>
/// The folder of a model, as far as its external data may see it: nothing outside the folder is opened, whatever a location says
/// and wherever symbolic links lead. Reads on demand; holds no file open and no data. Thread-safe.
/// </summary>
internal sealed class ExternalFolder
{
    private const int MaximumLinks = 40;

    private readonly string? _modelPath;
    private readonly string? _root;

    /// <summary>A folder, or null for a model that came without one: then every read fails with a reason.</summary>
    internal ExternalFolder(string? folder, string? modelPath)
    {
        _modelPath = modelPath;
        _root = folder is null ? null : RealPath(Path.GetFullPath(folder));
    }

    /// <summary>Refuses a location that is not a plain relative path inside the folder, or whose links leave it.</summary>
    /// <returns>The file's path with every link resolved, or null when the model has no folder.</returns>
    /// <exception cref="ModelFormatException">The location may not be used.</exception>
    internal string? Check(string location, string tensor)
    {
        var reason = Refusal(location);
        if (reason is not null)
        {
            throw Refused(location, tensor, reason);
        }

        if (_root is null)
        {
            return null;
        }

        var path = RealPath(Path.Combine(_root, location));
        var prefix = Path.EndsInDirectorySeparator(_root) ? _root : _root + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, StringComparison.Ordinal)
            ? path
            : throw Refused(location, tensor, "a symbolic link leads out of the model's folder");
    }

    /// <summary>Opens the file of a reference after checking that it holds the bytes.</summary>
    /// <exception cref="ModelFormatException">The location is refused, the file is missing or too short.</exception>
    internal SafeFileHandle Open(in ExternalReference reference, long length, string tensor)
    {
        var path = Check(reference.Location, tensor) ?? throw new ModelFormatException(
            $"tensor '{tensor}' lies in external file '{reference.Location}', but the model was loaded without a folder; pass the folder to Load",
            _modelPath,
            tensor);
        CheckRange(path, reference, length, tensor);
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (FileNotFoundException exception)
        {
            throw Missing(path, tensor, exception);
        }
    }

    /// <summary>Checks a reference as far as possible without reading: its location always, its range when the file exists.</summary>
    /// <exception cref="ModelFormatException">The location is refused or the file is too short.</exception>
    internal void Verify(in ExternalReference reference, long length, string tensor)
    {
        var path = Check(reference.Location, tensor);
        if (path is not null && File.Exists(path))
        {
            CheckRange(path, reference, length, tensor);
        }
    }

    private static string? Refusal(string location)
    {
        if (location.Length == 0)
        {
            return "it is empty";
        }

        if (location.Contains('\0', StringComparison.Ordinal))
        {
            return "it contains a NUL character";
        }

        if (location[0] is '/' or '\\')
        {
            return "it is an absolute path";
        }

        // Both separators and drive letters count on every system: a file must mean the same thing everywhere.
        var parts = location.Split('/', '\\');
        if (parts.Contains(".."))
        {
            return "it goes up with '..'";
        }

        if (location.Contains(':', StringComparison.Ordinal))
        {
            return "it contains ':' (a drive or a stream)";
        }

        // ONNX Runtime's marker for "the offset is an address in this process".
        if (location.StartsWith("*/", StringComparison.Ordinal))
        {
            return "it is a memory marker, not a file";
        }

        return parts.All(part => part is "" or ".") ? "it names no file" : null;
    }

    private void CheckRange(string path, in ExternalReference reference, long length, string tensor)
    {
        var file = new FileInfo(path);
        if (Directory.Exists(path))
        {
            throw new ModelFormatException($"tensor '{tensor}': external file '{path}' is a folder", _modelPath, tensor);
        }

        if (!file.Exists)
        {
            throw Missing(path, tensor, null);
        }

        if (reference.Offset > file.Length || length > file.Length - reference.Offset)
        {
            throw new ModelFormatException(
                $"tensor '{tensor}': external data are bytes {reference.Offset} to {(decimal)reference.Offset + length} of '{path}', which has {file.Length}",
                _modelPath,
                tensor);
        }
    }

    private ModelFormatException Missing(string path, string tensor, Exception? cause) =>
        new($"tensor '{tensor}': external file '{path}' does not exist; keep it beside the model", _modelPath, tensor, cause);

    private ModelFormatException Refused(string location, string tensor, string reason) =>
        new(
            $"tensor '{tensor}': external data location '{location.Replace("\0", "\\0", StringComparison.Ordinal)}' is refused: {reason}; expected a relative path inside the model's folder",
            _modelPath,
            tensor);

    /// <summary>A full path with every symbolic link on the way resolved; what does not exist is taken as it is written.</summary>
    /// <exception cref="ModelFormatException">Links lead round in a circle.</exception>
    internal static string RealPath(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var current = root;
        var pending = new Stack<string>(Parts(path[root.Length..]).Reverse());
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                current = next;
                continue;
            }

            if (++links > MaximumLinks)
            {
                throw new ModelFormatException($"'{path}': too many symbolic links", path);
            }

            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }

            foreach (var inner in Parts(target).Reverse())
            {
                pending.Push(inner);
            }
        }

        return current;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
