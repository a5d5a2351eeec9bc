using System.Security.Cryptography;
using System.Text;

namespace MaaS.Training.Data.Streams;

/// <summary>A SHA-256 over names, sizes and times of files and over what else tells data apart.</summary>
internal sealed class FileFingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="name">Its name within the data, not where the data lie.</param>
    /// <param name="file">It exists.</param>
    public void Add(string name, FileInfo file) => Add($"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}");

    public void Add(string text)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(text));
        _hash.AppendData([0xFF]);   // No byte of UTF-8: texts cannot run into each other.
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
