using System.Net;
using System.Net.Sockets;

namespace MaaS.Registry.Tests.Contents;

/// <summary>Passes bytes on to a server, and cuts connections off after so many bytes of an answer, a given number of
/// times.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly Task _loop;
    private int _cuts;

    public CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _loop = LoopAsync();
    }

    public Uri Address { get; }

    /// <summary>Bytes of an answer after which it is cut off.</summary>
    public int After { get; set; } = int.MaxValue;

    /// <summary>Bytes of what is sent after which it is cut off.</summary>
    public int AfterSent { get; set; } = int.MaxValue;

    /// <summary>How many connections are still to be cut.</summary>
    public int Cuts
    {
        get => _cuts;
        set => _cuts = value;
    }

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server.Port);
                await await Task.WhenAny(
                    PumpAsync(client, server, AfterSent), PumpAsync(server, client, After));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // One of the two hung up.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, int after)
    {
        var (buffer, passed) = (new byte[1 << 14], 0L);
        int read;
        while ((read = await from.GetStream().ReadAsync(buffer)) > 0)
        {
            if ((passed += read) > after && Interlocked.Decrement(ref _cuts) >= 0)
            {
                return;
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
