namespace MaaS.Registry.Storage;

/// <summary>Keeps contents from being collected until it is disposed of.</summary>
internal interface IContentLock : IAsyncDisposable
{
    /// <summary>Makes sure that it was held all the time, before what refers to the contents is committed.</summary>
    /// <exception cref="IOException">It was lost.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
