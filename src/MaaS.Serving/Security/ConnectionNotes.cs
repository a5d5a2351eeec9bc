using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Security;

/// <summary>What was found out about a connection once, for the requests that follow.</summary>
/// <remarks>
/// Streams of HTTP/2 run side by side on one connection, whose own dictionary of items takes no two writers: notes are
/// kept beside it, for as long as it lives.
/// </remarks>
/// <typeparam name="T">The notes, which are safe for use by several threads.</typeparam>
internal static class ConnectionNotes<T>
    where T : class
{
    private static readonly ConditionalWeakTable<IConnectionItemsFeature, T> Notes = [];

    /// <summary>What was noted last; null where nothing was.</summary>
    public static T? Find(HttpContext context)
        => context.Features.Get<IConnectionItemsFeature>() is { } connection
            && Notes.TryGetValue(connection, out var notes) ? notes : null;

    /// <summary>Notes something in place of what was there; nothing where the server does not tell connections
    /// apart.</summary>
    public static void Set(HttpContext context, T notes)
    {
        if (context.Features.Get<IConnectionItemsFeature>() is { } connection)
        {
            Notes.AddOrUpdate(connection, notes);
        }
    }
}
