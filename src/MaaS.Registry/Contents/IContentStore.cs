using MaaS.Core.Packages;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Contents;

/// <summary>Files by the SHA-256 of their contents: equal contents are stored once, and one appears whole or not at
/// all.</summary>
internal interface IContentStore
{
    /// <summary>Where it is, in messages.</summary>
    string Location { get; }

    /// <summary>Takes an empty place, or makes sure that it is this registry's.</summary>
    /// <exception cref="InvalidDataException">It is another registry's, or nobody knows whose.</exception>
    /// <exception cref="IOException">It is not there, or does not answer.</exception>
    Task ClaimAsync(CancellationToken cancellationToken);

    /// <summary>Keeps contents from being collected while something that refers to them is written.</summary>
    Task<IContentLock> KeepAsync(CancellationToken cancellationToken);

    /// <summary>Stores a content; the caller holds <see cref="KeepAsync"/>. One that is there already and was damaged
    /// is mended.</summary>
    /// <param name="write">Writes it once.</param>
    /// <param name="cancellationToken">Leaves no content behind.</param>
    /// <exception cref="IOException">A disk is full, or the store cannot be written.</exception>
    Task<PackageFileEntry> AddAsync(Func<Stream, Task> write, CancellationToken cancellationToken);

    /// <summary>Opens a content, whose hash the reader checks.</summary>
    /// <exception cref="FileNotFoundException">It is not there, which a store far away says at the first
    /// read.</exception>
    Stream Open(string hash);

    /// <summary>Deletes what nobody refers to, and what killed processes left half written.</summary>
    /// <param name="referred">The hashes to keep, asked for when no content can be added any more.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <returns>How many files of how many bytes are gone.</returns>
    Task<CollectedContents> CollectAsync(
        Func<Task<IReadOnlySet<string>>> referred, CancellationToken cancellationToken);
}
