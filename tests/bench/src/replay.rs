//! Answers that cost next to nothing: `kernel-replay` asks the simulator at `KERNEL_BASE_URL` once for each that it is
//! asked for, keeps its bytes, and gives them to everybody. So what is measured is the client, at the speed it can
//! reach.
//!
//! Its first line is its address. It ends with its standard input.
#![expect(clippy::print_stdout, reason = "a program that tells where it listens")]

use std::collections::HashMap;
use std::io::Read as _;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow, ensure};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

/// More headers than any client sends.
const MOST_HEADERS: usize = 64;

struct Replay {
    /// Host and port.
    simulator: String,
    /// What was answered, by the first line of what was asked.
    kept: Mutex<HashMap<Bytes, Bytes>>,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (stop, stopped) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        // Whatever is read, and an error as well: it is over.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(stop);
    });
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            served = serve() => served,
            _ = stopped => Ok(()),
        }
    })
}

async fn serve() -> Result<()> {
    let url = std::env::var("KERNEL_BASE_URL").context("KERNEL_BASE_URL is not set")?;
    let simulator = url.strip_prefix("http://");
    let replay = Rc::new(Replay {
        simulator: simulator.context("not an http URL")?.to_owned(),
        kept: Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        let replay = replay.clone();
        tokio::task::spawn_local(async move {
            // A client whose connection ends in the middle stops by itself.
            let _ = replay.answer(socket).await;
        });
    }
}

impl Replay {
    /// Answers all requests of a connection.
    async fn answer(&self, mut socket: TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        let mut coming = BytesMut::with_capacity(4096);
        while let Some(length) = read(&mut socket, &mut coming, request).await? {
            let asked = coming.split_to(length).freeze();
            let end = asked.iter().position(|byte| *byte == b'\r');
            let line = asked.slice(..end.unwrap_or_default());
            let known = {
                let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.get(&line).cloned()
            };
            let answer = match known {
                Some(known) => known,
                None => self.ask(line, &asked).await?,
            };
            socket.write_all(&answer).await?;
        }
        Ok(())
    }

    /// Has the simulator answer, and keeps that.
    async fn ask(&self, line: Bytes, asked: &[u8]) -> Result<Bytes> {
        let mut socket = TcpStream::connect(&self.simulator).await?;
        socket.write_all(asked).await?;
        let mut coming = BytesMut::new();
        let length = read(&mut socket, &mut coming, success).await?;
        let answer = coming.split_to(length.context("no answer")?).freeze();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Of its own, as the line would keep the rest of the request.
        kept.insert(Bytes::copy_from_slice(&line), answer.clone());
        Ok(answer)
    }
}

/// Reads until a whole message is there, and gives its length; `None` at the end of the connection. `measure` tells the
/// length, once it can.
async fn read(
    socket: &mut TcpStream,
    coming: &mut BytesMut,
    measure: impl Fn(&[u8]) -> Result<Option<usize>>,
) -> Result<Option<usize>> {
    loop {
        if let Some(length) = measure(coming)?
            && length <= coming.len()
        {
            return Ok(Some(length));
        }
        if socket.read_buf(coming).await? == 0 {
            return Ok(None);
        }
    }
}

fn request(bytes: &[u8]) -> Result<Option<usize>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes)? {
        httparse::Status::Complete(length) => whole(length, head.headers, bytes),
        httparse::Status::Partial => Ok(None),
    }
}

fn success(bytes: &[u8]) -> Result<Option<usize>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    match head.parse(bytes)? {
        httparse::Status::Complete(length) => {
            let status = head.code.context("no status")?;
            ensure!((200..300).contains(&status), "the simulator said {status}");
            whole(length, head.headers, bytes)
        }
        httparse::Status::Partial => Ok(None),
    }
}

/// The length of a message with these headers, its head and its body.
fn whole(head: usize, headers: &[httparse::Header<'_>], bytes: &[u8]) -> Result<Option<usize>> {
    let value = |name: &str| {
        let header = headers.iter().find(|of| of.name.eq_ignore_ascii_case(name));
        header.map(|header| header.value)
    };
    if value("transfer-encoding").is_some() {
        return chunks(head, bytes);
    }
    let body = match value("content-length") {
        Some(length) => std::str::from_utf8(length)?.parse()?,
        None => 0,
    };
    Ok(Some(head + body))
}

/// The end of the last chunk of a body that begins there; of a stream, that is all of its events.
fn chunks(body: usize, bytes: &[u8]) -> Result<Option<usize>> {
    let mut at = body;
    while let Some(rest) = bytes.get(at..) {
        let size = httparse::parse_chunk_size(rest).map_err(|_| anyhow!("no size of a chunk"))?;
        let httparse::Status::Complete((line, size)) = size else {
            break;
        };
        at += line + usize::try_from(size)? + "\r\n".len();
        if size == 0 {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
