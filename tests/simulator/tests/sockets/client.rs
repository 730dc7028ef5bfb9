//! A small HTTP client that hides nothing: bytes out, bytes in, and how the connection ended.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kernel_simulator::Simulator;
use serde_json::{Value, json};

/// A test that has to wait this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The path that most tests call.
pub(crate) const LOGIN: &str = "/auth/connections/ma_login/login";

pub(crate) fn start() -> Simulator {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(Simulator::start())
        .unwrap()
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Fin,
    Reset,
}

/// An answer as far as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// One connection.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    received: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Self {
        let (_, authority) = address.split_once("://").unwrap();
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends a request; `headers` is lines without the last line end.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[&str], body: &[u8]) {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: simulator\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).unwrap();
    }

    /// Sends a login with the accepted key and an empty JSON object.
    pub(crate) fn send_login(&mut self) {
        self.send(
            "POST",
            LOGIN,
            &[
                "authorization: Bearer sk_test",
                "content-type: application/json",
            ],
            b"{}",
        );
    }

    pub(crate) fn login(&mut self) -> Answer {
        self.send_login();
        self.answer()
    }

    /// One read; `Err` when the connection is over.
    fn more(&mut self) -> Result<(), End> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(End::Fin),
            Ok(count) => {
                self.received.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Err(End::Reset),
            // A read with a time limit is not taken up again by itself.
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) => panic!("reading: {error}"),
        }
    }

    /// Everything until the connection ends.
    pub(crate) fn rest(mut self) -> (Vec<u8>, End) {
        loop {
            if let Err(end) = self.more() {
                return (self.received, end);
            }
        }
    }

    /// Status line and headers, as soon as they are there in full.
    pub(crate) fn head(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end;
            }
            self.more().unwrap_or_else(|end| {
                panic!(
                    "{end:?} after {:?}",
                    String::from_utf8_lossy(&self.received)
                )
            });
        };
        let rest = self.received.split_off(end + 4);
        let head = String::from_utf8(std::mem::replace(&mut self.received, rest)).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: Vec::new(),
        }
    }

    /// A whole answer.
    pub(crate) fn answer(&mut self) -> Answer {
        let mut answer = self.head();
        answer.body = if answer.header("transfer-encoding") == Some("chunked") {
            self.chunks()
        } else {
            let length = answer
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            self.exactly(length)
        };
        answer
    }

    pub(crate) fn exactly(&mut self, length: usize) -> Vec<u8> {
        while self.received.len() < length {
            self.more().unwrap();
        }
        let rest = self.received.split_off(length);
        std::mem::replace(&mut self.received, rest)
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = self.chunk() {
            body.extend_from_slice(&chunk);
        }
        body
    }

    /// One chunk of a body; `None` at its end.
    pub(crate) fn chunk(&mut self) -> Result<Option<Vec<u8>>, End> {
        let line = loop {
            if let Some(end) = find(&self.received, b"\r\n") {
                break self.exactly(end + 2);
            }
            self.more()?;
        };
        let size = std::str::from_utf8(&line).unwrap().trim_end();
        let size = usize::from_str_radix(size, 16).unwrap();
        while self.received.len() < size + 2 {
            self.more()?;
        }
        let chunk = self.exactly(size);
        assert_eq!(self.exactly(2), b"\r\n");
        Ok(Some(chunk).filter(|_| size > 0))
    }
}

/// A stream of events.
pub(crate) struct Stream {
    pub(crate) head: Answer,
    client: Client,
    text: String,
}

impl Stream {
    /// The next event; `Ok(None)` when the stream ends as it should.
    pub(crate) fn try_next(&mut self) -> Result<Option<Value>, End> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (name, data) = block.split_once('\n').unwrap();
                let event: Value =
                    serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                assert_eq!(name.strip_prefix("event: "), event["event"].as_str());
                self.text = rest.to_owned();
                return Ok(Some(event));
            }
            match self.client.chunk()? {
                Some(chunk) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => return Ok(None),
            }
        }
    }

    pub(crate) fn next(&mut self) -> Value {
        self.try_next().unwrap().expect("the stream goes on")
    }

    /// The states up to the end.
    pub(crate) fn rest(mut self) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(event) = self.try_next().unwrap() {
            events.push(event);
        }
        events
    }

    /// What came before the connection ended where it should not, whole events first.
    pub(crate) fn broken(mut self) -> (Vec<Value>, String, End) {
        let mut events = Vec::new();
        loop {
            match self.try_next() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => panic!("the stream ended as it should"),
                Err(end) => return (events, self.text, end),
            }
        }
    }
}

/// The steps of some states, terminal ones by their status.
pub(crate) fn steps(events: &[Value]) -> Vec<&str> {
    let name = |event: &Value| {
        if event["flow_status"] == "IN_PROGRESS" {
            "flow_step"
        } else {
            "flow_status"
        }
    };
    let steps = events.iter();
    steps
        .map(|event| event[name(event)].as_str().unwrap())
        .collect()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// One request on a connection of its own.
pub(crate) fn call(
    address: &str,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> Answer {
    let mut client = Client::connect(address);
    client.send(method, path, headers, body);
    client.answer()
}

/// A world made for one test.
pub(crate) struct World {
    control: String,
    pub(crate) path: String,
    pub(crate) base_url: String,
    pub(crate) ca: Option<String>,
}

impl World {
    pub(crate) fn open(simulator: &Simulator, spec: &Value) -> Self {
        let answer = Self::try_open(simulator, spec);
        assert_eq!(
            answer.status,
            201,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        let world = answer.json();
        Self {
            control: simulator.address().to_owned(),
            path: format!("/_simulator/worlds/{}", world["id"].as_str().unwrap()),
            base_url: world["base_url"].as_str().unwrap().to_owned(),
            ca: world["ca"].as_str().map(str::to_owned),
        }
    }

    pub(crate) fn try_open(simulator: &Simulator, spec: &Value) -> Answer {
        call(
            simulator.address(),
            "POST",
            "/_simulator/worlds",
            &[],
            spec.to_string().as_bytes(),
        )
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(&self.base_url)
    }

    pub(crate) fn login(&self) -> Answer {
        self.connect().login()
    }

    /// One call of the API with the accepted key; a body of `null` is none.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_as("sk_test", method, path, body)
    }

    /// One call of the API with a key or a token.
    pub(crate) fn call_as(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = format!("authorization: Bearer {key}");
        let headers = [authorization.as_str(), "content-type: application/json"];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        call(&self.base_url, method, path, &headers, body.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body)
    }

    /// Starts a login of a connection; it must work.
    pub(crate) fn start_login(&self, id: &str) -> Value {
        let answer = self.post(&format!("/auth/connections/{id}/login"), &json!({}));
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    pub(crate) fn retrieve(&self, id: &str) -> Value {
        let answer = self.get(&format!("/auth/connections/{id}"));
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// Submits an answer with the `interaction_id` of the moment.
    pub(crate) fn submit(&self, id: &str, mut body: Value) -> Answer {
        if let Some(interaction) = self.retrieve(id)["interaction_id"].as_str() {
            body["interaction_id"] = json!(interaction);
        }
        self.post(&format!("/auth/connections/{id}/submit"), &body)
    }

    /// Follows a login.
    pub(crate) fn follow(&self, id: &str) -> Stream {
        let mut client = self.connect();
        let path = format!("/auth/connections/{id}/events");
        client.send("GET", &path, &["authorization: Bearer sk_test"], b"");
        let head = client.head();
        assert_eq!(head.status, 200);
        Stream {
            head,
            client,
            text: String::new(),
        }
    }

    /// Moves the clock of the world.
    pub(crate) fn advance(&self, ms: u64) -> Value {
        self.control("clock", &json!({ "advance_ms": ms })).json()
    }

    /// Tells the control something about the world.
    pub(crate) fn control(&self, what: &str, body: &Value) -> Answer {
        let path = format!("{}/{what}", self.path);
        call(
            &self.control,
            "POST",
            &path,
            &[],
            body.to_string().as_bytes(),
        )
    }

    /// What the world has received, once `wait` holds.
    pub(crate) fn state(&self, wait: &str) -> Value {
        let answer = call(
            &self.control,
            "GET",
            &format!("{}?{wait}", self.path),
            &[],
            b"",
        );
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    pub(crate) fn close(&self) {
        assert_eq!(
            call(&self.control, "DELETE", &self.path, &[], b"").status,
            204
        );
    }
}
