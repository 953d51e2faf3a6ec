namespace NativeSparse.Onnx;

/// <summary>
/// One or several files that appear together under their names, or not at all: each is written under a temporary name in its folder
/// and renamed by <see cref="Commit"/>. Disposed without a commit, it leaves the old files as they were and nothing else.
/// </summary>
/// <remarks>A process that is killed between two renames leaves the first file new and the last one old.</remarks>
internal sealed class FileReplacement : IDisposable
{
    private readonly List<(string Path, string Temporary)> _files = [];
    private readonly List<FileStream> _streams = [];

    /// <summary>Checks that a file may appear at a full path: its folder exists, and what is there is an ordinary file, a link to one, or nothing.</summary>
    /// <returns>The path that is written: links stay, the file that they lead to is replaced.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">It is a folder, a device, a pipe or a socket, or a link to one or to nothing: a rename would destroy it.</exception>
    internal static string CheckTarget(string path)
    {
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"the folder of the output does not exist: {folder}");
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder; give the name of a file");
        }

        var link = new FileInfo(path).LinkTarget;
        if (link is null)
        {
            return !File.Exists(path) || FileKind.IsOrdinary(path)
                ? path
                : throw new IOException($"'{path}' is a device, a pipe or a socket; give the name of a file");
        }

        return FileKind.IsOrdinary(path) && !LeadsToOpenFile(path)
            ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName
            : throw new IOException($"'{path}' is a link to '{link}', which is no ordinary file; give the name of a file");
    }

    /// <summary>Whether a link names what a process has open: who reads or writes it there would not see a new file.</summary>
    private static bool LeadsToOpenFile(string path)
    {
        const string Processes = "/proc/";
        for (var current = path; current is not null; current = File.ResolveLinkTarget(current, returnFinalTarget: false)?.FullName)
        {
            if (current.StartsWith(Processes, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Starts a file; files are renamed in the order in which they were started.</summary>
    internal FileStream Create(string path)
    {
        var full = CheckTarget(Path.GetFullPath(path));
        var temporary = TemporaryName(full);
        var stream = Open(full, temporary);
        _files.Add((full, temporary));
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Closes the files and gives them their names; when a rename fails, those already done are undone.</summary>
    internal void Commit()
    {
        foreach (var stream in _streams)
        {
            stream.Flush(flushToDisk: true);
            stream.Dispose();
        }

        var done = new List<(string Path, string? Backup)>();
        try
        {
            foreach (var (path, temporary) in _files.SkipLast(1))
            {
                var backup = File.Exists(path) ? TemporaryName(path) : null;
                if (backup is not null)
                {
                    File.Move(path, backup);
                }

                done.Add((path, backup));
                File.Move(temporary, path, overwrite: true);
            }

            File.Move(_files[^1].Temporary, _files[^1].Path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Undo(done);
            throw;
        }

        _files.Clear();
        foreach (var (_, backup) in done)
        {
            if (backup is not null)
            {
                File.Delete(backup);
            }
        }
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }

        foreach (var (_, temporary) in _files)
        {
            File.Delete(temporary);
        }

        _streams.Clear();
        _files.Clear();
    }

    private static FileStream Open(string path, string temporary)
    {
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 1 << 20);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' cannot be written: no file can be made in its folder; choose another folder, or allow writing there", exception);
        }
    }

    private static string TemporaryName(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".nativesparse-{Path.GetRandomFileName()}.tmp");

    private static void Undo(List<(string Path, string? Backup)> done)
    {
        foreach (var (path, backup) in done)
        {
            if (backup is not null)
            {
                File.Move(backup, path, overwrite: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }
}
