using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MaaS.Client.Tests;

/// <summary>
/// A port in front of a server that can do what a machine does that fails: refuse connections and cut those it has, say
/// nothing any more, or end an answer in its middle.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly ConcurrentDictionary<TcpClient, bool> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private TcpListener _listener;
    private Task _accepting;
    private long _answerLimit = long.MaxValue;
    private int _accepted;

    public Gate(Uri server)
    {
        _server = server;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Whether bytes in either direction stay here.</summary>
    public bool IsSilent { get; set; }

    /// <summary>After so many bytes of answers a connection is cut.</summary>
    public long AnswerLimit
    {
        get => Volatile.Read(ref _answerLimit);
        set => Volatile.Write(ref _answerLimit, value);
    }

    /// <summary>The machine dies: no new connections, those that are there are reset.</summary>
    public async Task KillAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var connection in _connections.Keys)
        {
            Reset(connection);
        }
    }

    /// <summary>It is back at the same address.</summary>
    public void Revive()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await KillAsync();
        _stop.Dispose();
    }

    private static void Reset(TcpClient connection)
    {
        try
        {
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        connection.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _connections[client] = true;
                _ = ForwardAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The listener was stopped.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The server behind is gone: so is this connection.
        }

        _connections.TryRemove(client, out _);
        Reset(client);
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[1 << 16];
        long copied = 0;
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is var read && read > 0)
            {
                if (IsSilent)
                {
                    continue;
                }

                var allowed = isAnswer ? (int)Math.Min(read, AnswerLimit - copied) : read;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, Math.Max(allowed, 0)), _stop.Token);
                if (allowed < read)
                {
                    return;
                }

                copied += read;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // One side is gone: the other follows.
        }
    }
}
