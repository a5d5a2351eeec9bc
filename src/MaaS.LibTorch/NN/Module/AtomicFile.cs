namespace TorchSharp;

/// <summary>Files that appear complete or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary file beside <paramref name="location"/>, flushes it to disk and renames it.</summary>
    public static void Write(string location, Action<BinaryWriter> write) =>
        torch.Tensor.WriteThenRename(location, path =>
        {
            using var stream = File.Create(path);
            using var writer = new BinaryWriter(stream);
            write(writer);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        });
}
